import { addAbortSignal, Readable } from "node:stream";
import { ImageError, systemMessage } from "../../errors.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import type { Io } from "../io.ts";
import { fetchImage, isHttpUrl } from "./fetchImage.ts";

/** Far above any JPEG or PNG within the pixel limit. Guards against reading a disk image into memory by mistake. */
const MAX_BYTES = 1024 ** 3;

/**
 * Reads a file, a URL, or standard input (`-`).
 *
 * @throws ImageError if there is no such file, or it cannot be an image.
 * @throws the signal's reason once it is aborted.
 */
export async function readImage(path: string, io: Pick<Io, "stdin" | "signal">): Promise<Uint8Array> {
  if (path === "-") return readStdin(io);
  if (isHttpUrl(path)) return fetchImage(path, io.signal);
  try {
    return await readRegularFile(path, MAX_BYTES);
  } catch (error) {
    const got = systemMessage(error);
    const hint = got === "a device or pipe" ? "Give - to read standard input." : "Check the path.";
    throw refused(path, got, hint, error);
  }
}

async function readStdin({ stdin: open, signal }: Pick<Io, "stdin" | "signal">): Promise<Uint8Array> {
  const where = "standard input";
  const stdin = open();
  if (stdin.isTTY) throw refused(where, "a terminal", "Redirect a file: centernet detect - < photo.jpg.");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    signal.throwIfAborted();
    for await (const chunk of addAbortSignal(signal, new Readable().wrap(stdin))) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw refused(where, `more than ${MAX_BYTES} bytes`);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ImageError) throw error;
    throw refused(where, systemMessage(error), undefined, error);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function refused(path: string, got: string, hint?: string, cause?: unknown): ImageError {
  return new ImageError({ where: path, expected: "an image file", got, hint }, { cause });
}
