import { existsSync } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import {
  bytesSource,
  type ModelFiles,
  type RandomAccessFile,
} from "../checkpoints/bytes/randomAccessFile.ts";
import { looksLikeGzip, type WeightsLocation } from "../checkpoints/openCheckpoint.ts";
import { ModelError } from "../errors.ts";
import { fetchBytes, fetchStream } from "./fetchBytes.ts";

/** A file by its path or URL. Errors are the file system's own, or a ModelError for a failed download. */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const text = source.toString();
  if (isHttp(text)) return fetchBytes(text);
  return new Uint8Array(await readFile(pathOf(text)));
}

/** Reads a file that lies beside another; `name` is a plain file name. */
export function siblingReader(source: string | URL): (name: string) => Promise<Uint8Array> {
  const text = source.toString();
  if (isHttp(text)) return (name) => fetchBytes(new URL(name, text).href);
  const path = pathOf(text);
  return (name) => readBytes(join(dirname(path), basename(name)));
}

/** Where a weights file of this package lies. */
export function packagedWeights(file: string): URL {
  return new URL(`../../weights/${file}`, import.meta.url);
}

/**
 * Weights by their path or URL: a file, an archive, a folder, or the prefix of a checkpoint's files. Files are
 * not read here but for their first bytes, nor are they ever held in memory. Errors as `readBytes`.
 */
export async function findWeights(source: string | URL): Promise<WeightsLocation> {
  const where = source.toString();
  if (isHttp(where)) return findRemote(where);
  const path = pathOf(where);
  const prefix = path.replace(/\.(index|data-\d{5}-of-\d{5})$/, "");
  if (existsSync(`${prefix}.index`)) {
    return { kind: "folder", files: await folderFiles(dirname(path)), prefix: basename(prefix) };
  }
  const info = await stat(path);
  if (info.isDirectory()) return { kind: "folder", files: await folderFiles(path) };
  const file = fileSource(path, info.size, where);
  const start = new Uint8Array(Math.min(info.size, 2));
  await file.read(0, start);
  if (looksLikeGzip(start)) {
    return { kind: "archive", file: { where, stream: () => fileStream(path), decompression } };
  }
  return { kind: "file", source: file, readSibling: siblingReader(path) };
}

async function findRemote(url: string): Promise<WeightsLocation> {
  const reader = (await fetchStream(url)).getReader();
  const { value = new Uint8Array(0) } = await reader.read();
  await reader.cancel();
  if (looksLikeGzip(value)) {
    return { kind: "archive", file: { where: url, stream: () => fetchStream(url), decompression } };
  }
  const source = bytesSource(await fetchBytes(url), url);
  return { kind: "file", source, readSibling: siblingReader(url) };
}

const PIECE = 262_144;

/** As it is asked for and no faster: Node's own adapters queue thousands of pieces ahead. */
async function fileStream(path: string): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(path);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = new Uint8Array(PIECE);
        const { bytesRead } = await handle.read(piece);
        if (bytesRead > 0) return controller.enqueue(piece.subarray(0, bytesRead));
        await handle.close();
        controller.close();
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
}

/** Node's DecompressionStream, too, would unpack hundreds of megabytes ahead of its reader. */
function decompression(): ReadableWritablePair<Uint8Array, Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
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
    // A write that is under way when the stream is destroyed is not called back.
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

const DEEPEST = 4;
const MAX_FILES = 10_000;
/** From `checkpoint/` or `saved_model/variables/` to the folder that has the configuration. */
const LEVELS_UP = 2;
const CONFIG = "pipeline.config";

async function folderFiles(root: string): Promise<ModelFiles> {
  const found = new Map<string, string>();
  await list(root, 0);
  let above = root;
  for (let level = 0; level < LEVELS_UP && !found.has(CONFIG); level++) {
    above = join(above, "..");
    if (existsSync(join(above, CONFIG))) found.set(CONFIG, join(above, CONFIG));
  }
  return {
    where: root,
    paths: [...found.keys()],
    async open(path) {
      const full = found.get(path) ?? "";
      const { size } = await stat(full);
      return fileSource(full, size);
    },
    async close() {}, // nothing is held open
  };

  async function list(folder: string, depth: number): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (found.size >= MAX_FILES) {
        throw new ModelError({ where: root, expected: `at most ${MAX_FILES} files`, got: "more" });
      }
      if (entry.isDirectory() && depth < DEEPEST) await list(path, depth + 1);
      else if (entry.isFile()) found.set(relative(root, path).split(sep).join("/"), path);
    }
  }
}

/**
 * Most variables are far smaller than this, and to open a file takes longer than to read as much. Of 4 MB, what is left
 * of a piece stays with the process: once a piece is freed, the system's allocator returns no smaller one to the system.
 */
const READ_AHEAD = 2 ** 20;

/** Small pieces are taken out of a larger one, which the next ones are likely to lie in as well. */
function fileSource(path: string, length: number, where = path): RandomAccessFile {
  let ahead = { offset: 0, bytes: new Uint8Array(0) };
  return {
    where,
    length,
    async read(offset, target) {
      const from = offset - ahead.offset;
      const there = from < 0 ? new Uint8Array(0) : ahead.bytes.subarray(from, from + target.length);
      target.set(there);
      const rest = target.subarray(there.length);
      if (rest.length === 0) return;
      const next = offset + there.length;
      if (rest.length >= READ_AHEAD) return readPart(path, next, rest);
      const bytes = new Uint8Array(Math.max(rest.length, Math.min(READ_AHEAD, length - next)));
      await readPart(path, next, bytes);
      ahead = { offset: next, bytes };
      rest.set(bytes.subarray(0, rest.length));
    },
  };
}

async function readPart(path: string, offset: number, target: Uint8Array): Promise<void> {
  const handle = await open(path);
  try {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0) {
        const [expected, got] = [`${target.length} bytes at ${offset}`, `${filled}`];
        const hint = "It was changed since it was opened.";
        throw new ModelError({ where: path, expected, got, hint });
      }
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

function isHttp(text: string): boolean {
  return /^https?:/.test(text);
}

function pathOf(text: string): string {
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}

/**
 * Where pulled archives lie: `$CENTERNET_CACHE`, else `centernet` in `$XDG_CACHE_HOME` (which counts only
 * where it is absolute, as its specification says), else in `~/.cache`.
 */
export function cacheFolder(): string {
  const { CENTERNET_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), ".cache"), "centernet");
}

/** Of a model's archive, whether it is there or not. */
export function archivePath(modelName: string, folder = cacheFolder()): string {
  return join(folder, `${modelName}.tar.gz`);
}

/** The path of a model's archive, once it was pulled. Only whole archives ever have this name. */
export async function cachedArchive(modelName: string, folder?: string): Promise<string | undefined> {
  const path = archivePath(modelName, folder);
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? path : undefined;
}
