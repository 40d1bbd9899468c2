import { CenterNetError, ModelError } from "../../errors.ts";

/** A compressed file that can be read from the start any number of times. */
export interface GzipFile {
  /** As errors name it. */
  readonly where: string;
  /** The file's bytes as they are stored. */
  stream(): ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>;
  /** A platform's own in place of DecompressionStream; it must verify checksum and length as that does. */
  decompression?(): ReadableWritablePair<Uint8Array, Uint8Array>;
}

/** What real archives never do, and bombs must: unpack to so many times their size. */
const MAX_RATIO = 100;
const FREE_BYTES = 64 * 2 ** 20;

/**
 * The contents of a gzip file, piece by piece, through the platform's own decompression, which verifies the
 * checksum and the length at the end.
 */
export class GunzipReader {
  /** Bytes of the file read so far. */
  private stored = 0;
  private unpacked = 0;

  private constructor(
    private readonly where: string,
    private reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}

  static async open(file: GzipFile): Promise<GunzipReader> {
    const stream = await file.stream();
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        gunzip.stored += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const decompression =
      file.decompression?.() ??
      (new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>);
    const reader = stream.pipeThrough(counter).pipeThrough(decompression).getReader();
    const gunzip = new GunzipReader(file.where, reader);
    return gunzip;
  }

  /** The next piece, or undefined at the end. Throws ModelError where the file is truncated or damaged. */
  async next(): Promise<Uint8Array | undefined> {
    let piece: ReadableStreamReadResult<Uint8Array>;
    try {
      piece = await this.reader.read();
    } catch (cause) {
      if (cause instanceof CenterNetError) throw cause;
      throw new ModelError(
        {
          where: `${this.where}, after ${this.stored} bytes`,
          expected: "the rest of a gzip file",
          got: messageOf(cause),
          hint: "The file is truncated or damaged: download it again.",
        },
        { cause },
      );
    }
    if (piece.done) return undefined;
    this.unpacked += piece.value.length;
    if (this.unpacked > FREE_BYTES + MAX_RATIO * this.stored) {
      await this.close();
      throw new ModelError({
        where: `${this.where}, after ${this.stored} bytes`,
        expected: `at most ${MAX_RATIO} times as much as is stored`,
        got: `${this.unpacked} bytes and more`,
        hint: "It is no archive of trained weights.",
      });
    }
    return piece.value;
  }

  async close(): Promise<void> {
    await this.reader.cancel().catch(() => undefined); // what is thrown away may be broken
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
