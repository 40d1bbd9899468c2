import { createGunzip } from "node:zlib";

const CHUNK_BYTES = 262_144;

/**
 * Unpacks gzip only as fast as its reader asks. Node's DecompressionStream would unpack hundreds of megabytes
 * ahead.
 */
export function gunzipStream(): ReadableWritablePair<Uint8Array, Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const pieces: AsyncIterator<Uint8Array> = gunzip[Symbol.asyncIterator]();
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        gunzip.destroy();
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array>({
    // If the stream is destroyed during a write, the write's callback is never called.
    write: (chunk) =>
      new Promise((resolve, reject) => {
        const closed = () => reject(new Error("the stream was closed"));
        gunzip.once("close", closed);
        gunzip.write(chunk, (error) => {
          gunzip.off("close", closed);
          if (error) reject(error);
          else resolve();
        });
      }),
    close() {
      gunzip.end();
    },
    abort() {
      gunzip.destroy();
    },
  });
  return { readable, writable };
}
