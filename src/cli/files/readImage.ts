import { open } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { ImageError, systemMessage } from "../../errors.ts";
import { unreadableImage } from "../../image/unreadableImage.ts";
import { systemPath } from "../../platform/pathBytes.ts";
import { fileOrFolder, readRegularFile } from "../../platform/regularFile.ts";
import { fileKind, START_BYTES } from "../../support/fileKind/fileKind.ts";
import type { Io } from "../io.ts";
import { fetchImage, isHttpUrl } from "./fetchImage.ts";

/** Far above any JPEG or PNG within the pixel limit. Guards against reading a disk image into memory by mistake. */
const MAX_BYTES = 1024 ** 3;
/** Larger files are identified before they are read. */
const LARGE_BYTES = 32 * 2 ** 20;

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
    const info = await fileOrFolder(path);
    if (info.isFile() && info.size > LARGE_BYTES) await checkKind(path, info.size);
    return await readRegularFile(path, MAX_BYTES);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const got = systemMessage(error);
    const hint = got === "a device or pipe" ? "Give - to read standard input." : "Check the path.";
    throw refused(path, got, hint, error);
  }
}

/** @throws ImageError for a large file that is no image, such as a video, before it is read. */
async function checkKind(path: string, length: number): Promise<void> {
  const file = await open(systemPath(path));
  try {
    const start = new Uint8Array(START_BYTES);
    await file.read(start, 0, START_BYTES, 0);
    const { reader } = fileKind(start, length);
    if (reader !== "jpeg" && reader !== "png") throw unreadableImage(start, path, { length });
  } finally {
    await file.close();
  }
}

async function readStdin({ stdin: openStdin, signal }: Pick<Io, "stdin" | "signal">): Promise<Uint8Array> {
  const where = "standard input";
  const stdin = openStdin();
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
