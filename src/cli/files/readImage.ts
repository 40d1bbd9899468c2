import { readFile, stat } from "node:fs/promises";
import { ImageError, systemMessage } from "../../errors.ts";

/** Far above any JPEG or PNG within the pixel limit. Guards against reading a disk image into memory by mistake. */
const MAX_BYTES = 1024 ** 3;

/** @throws ImageError if there is no such file, or it cannot be an image. */
export async function readImage(path: string): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw refused(path, info.isDirectory() ? "a folder" : "a device or pipe");
    if (info.size > MAX_BYTES) throw refused(path, `${info.size} bytes`);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw refused(path, systemMessage(error), "Check the path.", error);
  }
}

function refused(path: string, got: string, hint?: string, cause?: unknown): ImageError {
  return new ImageError({ where: path, expected: "an image file", got, hint }, { cause });
}
