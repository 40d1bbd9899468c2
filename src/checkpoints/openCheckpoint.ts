import { ModelError } from "../errors.ts";
import type { GzipFile } from "./archives/tarGz.ts";
import { quote } from "./bytes/json.ts";
import { bytesSource, type ModelFiles, type RandomAccessFile, readWhole } from "./bytes/randomAccessFile.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { looksLikeTorch } from "./firstBytes.ts";
import { looksLikeSafetensors } from "./safetensors/safetensors.ts";
import { safetensorsCheckpoint } from "./safetensors/safetensorsCheckpoint.ts";
import type { ReadSibling } from "./tfjs/tfjs.ts";

/** A file that is read where its variables lie. */
export interface CheckpointSource {
  source: RandomAccessFile;
  /** Reads a file of this plain name in the same folder; needed by formats of several files. */
  readSibling?: ReadSibling;
}

export interface CheckpointFile {
  /** The path or URL, as errors name it. */
  where: string;
  bytes: Uint8Array;
  readSibling?: ReadSibling;
}

/** What a path or URL of weights turns out to be; the platform finds it out. None is held in memory. */
export type WeightsLocation =
  | ({ kind: "file" } & CheckpointSource)
  /** To be unpacked while it is read. */
  | { kind: "archive"; file: GzipFile }
  /** `prefix` is that of a checkpoint in the folder: `checkpoint/ckpt-0`. */
  | { kind: "folder"; files: ModelFiles; prefix?: string };

/**
 * Opens weights of every kind. Throws ModelError for what is none. Readers of all but safetensors are loaded where such
 * a file is met: what this package ships, or has converted, need not wait for them.
 */
export async function openStoredWeights(stored: WeightsLocation): Promise<Checkpoint> {
  if (stored.kind === "file") return openSource(stored);
  const { openBundle } = await import("./tensorBundle/bundleCheckpoint.ts");
  if (stored.kind === "folder") return openBundle(stored.files, stored.prefix);
  const { openTarGz } = await import("./archives/tarGz.ts");
  return openBundle(await openTarGz(stored.file));
}

/** Opens the bytes of a file. Throws ModelError for what is no checkpoint. */
export async function openCheckpoint({ where, bytes, readSibling }: CheckpointFile): Promise<Checkpoint> {
  return openSource({ source: bytesSource(bytes, where), readSibling });
}

const START = 64;
/** The largest that is known has 400 kB. */
const MAX_JSON = 256 * 2 ** 20;

/**
 * Opens a file of trained variables, its format told by its content: safetensors, the model.json of a
 * TensorFlow.js graph model, the tar.gz of a TensorFlow checkpoint, or a file of torch.save.
 */
async function openSource({ source, readSibling }: CheckpointSource): Promise<Checkpoint> {
  const { where } = source;
  const start = new Uint8Array(Math.min(source.length, START));
  await source.read(0, start);
  if (looksLikeSafetensors(start) || where.endsWith(".safetensors")) return safetensorsCheckpoint(source);
  if (looksLikeGzip(start)) {
    return openStoredWeights({ kind: "archive", file: { where, stream: () => streamOf(source) } });
  }
  if (looksLikeTorch(start)) return (await import("./torch/torch.ts")).openTorch(source);
  const text = new TextDecoder("latin1").decode(start);
  if (text.trimStart().startsWith("{")) {
    const noSibling = () => Promise.reject(new Error("this file was given without its folder"));
    const { openTfjs } = await import("./tfjs/tfjs.ts");
    return openTfjs(await readWhole(source, MAX_JSON), where, readSibling ?? noSibling);
  }
  throw new ModelError({
    where,
    expected:
      "a checkpoint's tar.gz, a file of torch.save, a safetensors file or the model.json of a TensorFlow.js model",
    got: text === "" ? "an empty file" : `a file that begins with ${quote(text.slice(0, 16))}`,
  });
}

/** Whether a file begins as a gzip file does (RFC 1952): two bytes suffice. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const PIECE = 65_536;

function streamOf(source: RandomAccessFile): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = new Uint8Array(Math.min(PIECE, source.length - position));
      await source.read(position, piece);
      controller.enqueue(piece);
      position += piece.length;
      if (position >= source.length) controller.close();
    },
  });
}
