/** Reading files that others name: never a device or a pipe, which may have no end or never answer. */
import type { Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { systemPath } from "./pathBytes.ts";

/** What `readRegularFile` holds in memory at most: more than any file that is read whole. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Of a file that may be opened, or of a folder.
 *
 * @throws Error, whose message says what is there, for a device, pipe or socket; the file system's own if
 *   nothing is.
 */
export async function fileOrFolder(path: string): Promise<Stats> {
  const info = await stat(systemPath(path));
  if (info.isFile() || info.isDirectory()) return info;
  throw new Error("a device or pipe");
}

/** Reads a whole file. @throws Error as `fileOrFolder` does, and for a folder or more than `limit` bytes. */
export async function readRegularFile(path: string, limit = MAX_BYTES): Promise<Uint8Array> {
  const info = await fileOrFolder(path);
  if (info.isDirectory()) throw new Error("a folder");
  const { size } = info;
  if (size > limit) throw new Error(`${size} bytes`);
  const bytes = new Uint8Array(size);
  const handle = await open(systemPath(path));
  try {
    // No more than its size: files of /proc claim to be empty, and some never end.
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
