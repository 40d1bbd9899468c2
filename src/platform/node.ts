/** `#platform` in Node: where weights are found and how files are read. */
import { existsSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../checkpoints/bytes/randomAccessFile.ts";
import type { WeightsLocation } from "../checkpoints/openCheckpoint.ts";
import { fileKind, START_BYTES } from "../support/fileKind/fileKind.ts";
import { type DownloadOptions, fetchBytes, fetchStream } from "./fetchBytes.ts";
import { gunzipStream } from "./gunzipStream.ts";
import { systemPath } from "./pathBytes.ts";
import { fileOrFolder, readRegularFile } from "./regularFile.ts";
import { fileSource, fileStream, folderFiles } from "./weightFiles.ts";

export { cachedArchive } from "./archiveCache.ts";
export { fetchFile } from "./fetchBytes.ts";

/**
 * Reads a whole file by its path or URL.
 *
 * @throws ModelError for a failed download.
 * @throws Error from the file system.
 */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const text = source.toString();
  if (isHttp(text)) return fetchBytes(text);
  return readRegularFile(pathOf(text));
}

/** Returns a reader of files in the same folder as `source`, by their plain names. */
export function siblingReader(source: string | URL): (name: string) => Promise<Uint8Array> {
  const text = source.toString();
  if (isHttp(text)) return (name) => fetchBytes(new URL(name, text).href);
  const path = pathOf(text);
  return (name) => readBytes(join(dirname(path), basename(name)));
}

/**
 * Finds out what a path or URL of weights is: a file, an archive, a folder, or the prefix of a checkpoint's
 * files. Of a local file only the first bytes are read here; it is never held in memory.
 *
 * @throws ModelError for a failed download, or a folder of too many files.
 * @throws Error from the file system.
 */
export async function findWeights(source: string | URL, options?: DownloadOptions): Promise<WeightsLocation> {
  const where = source.toString();
  if (isHttp(where)) return findRemote(where, options);
  const path = pathOf(where);
  const prefix = path.replace(/\.(index|data-\d{5}-of-\d{5})$/, "");
  if (existsSync(systemPath(`${prefix}.index`))) {
    // Not `dirname` and `basename`: a prefix may end in a slash, and its files are then called `.index` and so on.
    const slash = Math.max(prefix.lastIndexOf("/"), prefix.lastIndexOf(sep));
    const folder = slash < 0 ? "." : prefix.slice(0, slash) || sep;
    return { kind: "folder", files: await folderFiles(folder), prefix: prefix.slice(slash + 1) };
  }
  const info = await fileOrFolder(path);
  if (info.isDirectory()) return { kind: "folder", files: await folderFiles(path) };
  const file = fileSource(path, info.size, where);
  const start = new Uint8Array(Math.min(info.size, START_BYTES));
  await file.read(0, start);
  if (fileKind(start, info.size).reader === "gzip") {
    const stream = () => fileStream(path);
    return { kind: "archive", file: { where, length: info.size, stream, decompression: gunzipStream } };
  }
  return { kind: "file", source: file, readSibling: siblingReader(path) };
}

async function findRemote(url: string, options: DownloadOptions = {}): Promise<WeightsLocation> {
  const { signal } = options;
  const reader = (await fetchStream(url, { signal })).getReader();
  const { value = new Uint8Array(0) } = await reader.read();
  await reader.cancel();
  if (fileKind(value).reader === "gzip") {
    const stream = () => fetchStream(url, { signal });
    return { kind: "archive", file: { where: url, stream, decompression: gunzipStream } };
  }
  const source = bytesSource(await fetchBytes(url, options), url);
  return { kind: "file", source, readSibling: siblingReader(url) };
}

/** Whether weights are read from a server instead of a path. */
export function isHttp(text: string): boolean {
  return /^https?:/.test(text);
}

/** The path that a path or a `file:` URL stands for. */
export function pathOf(text: string): string {
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}
