import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { openTarGz } from "../../checkpoints/tarGz.ts";

/**
 * Reads a whole `.tar.gz` once, which holds its gzip's checksum and length against the contents, and finds
 * every file of the tar. Throws ModelError where it is damaged or something else; `where` is how it calls
 * the file.
 */
export async function verifyArchive(path: string, where: string, signal: AbortSignal): Promise<void> {
  const stream = () => Readable.toWeb(createReadStream(path, { signal })) as ReadableStream<Uint8Array>;
  try {
    const files = await openTarGz({ where, stream });
    await files.close();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
