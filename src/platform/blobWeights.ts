import { quote } from "../checkpoints/bytes/json.ts";
import {
  bytesSource,
  type ModelFiles,
  type RandomAccessFile,
} from "../checkpoints/bytes/randomAccessFile.ts";
import type { WeightsLocation } from "../checkpoints/openCheckpoint.ts";
import type { ReadSibling } from "../checkpoints/tfjs/tfjs.ts";
import { ModelError } from "../errors.ts";
import { fileKind, START_BYTES } from "../support/fileKind/fileKind.ts";
import { releaseMemory } from "../support/releaseMemory.ts";

/** Files of at most so many bytes are held in memory while they are read: reading a piece of a Blob takes some 0.2 ms. */
export const SMALL = 64 * 2 ** 20;

/** Weights that are in memory. */
export function bytesWeights(bytes: Uint8Array, where: string, readSibling?: ReadSibling): WeightsLocation {
  if (fileKind(bytes.subarray(0, START_BYTES), bytes.length).reader !== "gzip") {
    return { kind: "file", source: bytesSource(bytes, where), readSibling };
  }
  const stream = () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return { kind: "archive", file: { where, length: bytes.length, stream } };
}

/**
 * Weights in a Blob, such as a file that a page fetched or that its user chose. Browsers keep large Blobs on
 * disk, so they are read in pieces.
 */
export async function blobWeights(
  blob: Blob,
  where: string,
  readSibling?: ReadSibling,
): Promise<WeightsLocation> {
  if (blob.size <= SMALL) return bytesWeights(new Uint8Array(await blob.arrayBuffer()), where, readSibling);
  const start = new Uint8Array(await blob.slice(0, START_BYTES).arrayBuffer());
  if (fileKind(start, blob.size).reader === "gzip") {
    return { kind: "archive", file: { where, length: blob.size, stream: () => blob.stream() } };
  }
  return { kind: "file", source: blobSource(blob, where), readSibling };
}

/**
 * Weights in several files that a page's user chose together: a model.json with its shards, or the index of a TensorFlow
 * checkpoint with its data files and what describes them.
 *
 * @throws ModelError if they are not the files of one model.
 */
export async function filesWeights(files: readonly File[]): Promise<WeightsLocation> {
  if (files.length === 1) return blobWeights(files[0], files[0].name);
  const byPath = new Map(files.map((file) => [pathOf(file), file]));
  const paths = [...byPath.keys()];
  if (byPath.size < files.length) throw notOneModel(files, "one name twice");
  if (paths.some((path) => path.endsWith(".index"))) return { kind: "folder", files: folderOf(byPath) };
  const [main, ...others] = paths.filter((path) => path.endsWith(".json"));
  if (main === undefined || others.length > 0) throw notOneModel(files);
  const folder = main.slice(0, main.lastIndexOf("/") + 1);
  return blobWeights(byPath.get(main) as File, main, async (name) => {
    const shard = byPath.get(folder + name);
    if (!shard) throw new Error("none of that name among the chosen files");
    return new Uint8Array(await shard.arrayBuffer());
  });
}

/** In the folder that was chosen, if one was. */
function pathOf(file: File): string {
  const { webkitRelativePath } = file as Partial<File>;
  return webkitRelativePath || file.name;
}

function folderOf(byPath: ReadonlyMap<string, File>): ModelFiles {
  return {
    where: "weights",
    paths: [...byPath.keys()],
    open: async (path) => blobSource(byPath.get(path) as File, path),
    async close() {}, // nothing is held open
  };
}

function notOneModel(
  files: readonly File[],
  got = files.map(({ name }) => quote(name)).join(", "),
): ModelError {
  return new ModelError({
    where: "weights",
    expected: "one file, a model.json with its shards, or a checkpoint's .index with its data files",
    got: got || "no file",
    hint: "Choose the files of one model.",
  });
}

function blobSource(blob: Blob, where: string): RandomAccessFile {
  return {
    where,
    length: blob.size,
    async read(offset, target) {
      const piece = new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer());
      target.set(piece);
      // The copies of large weights would otherwise wait for the next garbage collection.
      releaseMemory(piece);
    },
  };
}
