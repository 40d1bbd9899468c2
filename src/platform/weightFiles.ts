/** Weights on disk: a file that is read in parts, a file as a stream, and the files of a folder. */
import { existsSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { ModelFiles, RandomAccessFile } from "../checkpoints/bytes/randomAccessFile.ts";
import { ModelError } from "../errors.ts";
import { pathText, realPath, systemPath } from "./pathBytes.ts";

/**
 * Most variables are far smaller than this, and opening a file takes longer than reading this much. With 4 MB
 * the process would keep the unused rest: the allocator does not return smaller parts of a freed piece to the
 * system.
 */
const READ_AHEAD = 2 ** 20;

/**
 * A file that is read in parts. Small reads are served from a larger one, which the next ones likely need
 * too.
 */
export function fileSource(path: string, length: number, where = path): RandomAccessFile {
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
  const handle = await open(systemPath(path));
  try {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0) {
        const [expected, got] = [`${target.length} bytes at ${offset}`, `${filled}`];
        const hint = "The file has changed since it was opened.";
        throw new ModelError({ where: path, expected, got, hint });
      }
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

const CHUNK_BYTES = 262_144;

/** Reads only as fast as it is asked to. Node's own adapters queue thousands of chunks ahead. */
export async function fileStream(path: string): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(systemPath(path));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = new Uint8Array(CHUNK_BYTES);
        const { bytesRead } = await handle.read(chunk);
        if (bytesRead > 0) return controller.enqueue(chunk.subarray(0, bytesRead));
        await handle.close();
        controller.close();
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
}

const MAX_DEPTH = 4;
const MAX_FILES = 10_000;
/** From `checkpoint/` or `saved_model/variables/` to the folder that has the configuration. */
const LEVELS_UP = 2;
const CONFIG = "pipeline.config";

/**
 * All files below a folder, links to files and folders included, and the `pipeline.config` from a folder above it, or
 * above the one that it is a link to.
 *
 * @throws ModelError if there are too many files.
 */
export async function folderFiles(root: string): Promise<ModelFiles> {
  const found = new Map<string, string>();
  /** Real paths, so that a link to a folder above is not followed forever. */
  const listed = new Set<string>();
  await list(root, 0);
  for (const start of [root, await realPath(root)]) {
    let above = start;
    for (let level = 0; level < LEVELS_UP && !found.has(CONFIG); level++) {
      above = join(above, "..");
      if (existsSync(systemPath(join(above, CONFIG)))) found.set(CONFIG, join(above, CONFIG));
    }
  }
  return {
    where: root,
    paths: [...found.keys()],
    async open(path) {
      const full = found.get(path) ?? "";
      const { size } = await stat(systemPath(full));
      return fileSource(full, size);
    },
    async close() {}, // nothing is held open
  };

  async function list(folder: string, depth: number): Promise<void> {
    const real = await realPath(folder);
    if (listed.has(real)) return;
    listed.add(real);
    const links: string[] = [];
    for (const entry of await readdir(systemPath(folder), { withFileTypes: true, encoding: "buffer" })) {
      const path = join(folder, pathText(entry.name));
      if (found.size >= MAX_FILES) {
        throw new ModelError({ where: root, expected: `at most ${MAX_FILES} files`, got: "more" });
      }
      if (entry.isDirectory() && depth < MAX_DEPTH) await list(path, depth + 1);
      else if (entry.isFile()) add(path);
      else if (entry.isSymbolicLink()) links.push(path);
    }
    // After the folders themselves: a file is found at its own place first.
    for (const path of links) {
      const info = await stat(systemPath(path)).catch(() => undefined); // a link may lead nowhere
      if (info?.isDirectory() && depth < MAX_DEPTH) await list(path, depth + 1);
      else if (info?.isFile()) add(path);
    }
  }

  function add(path: string): void {
    found.set(relative(root, path).split(sep).join("/"), path);
  }
}
