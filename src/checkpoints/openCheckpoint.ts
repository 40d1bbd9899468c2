import { ModelError } from "../errors.ts";
import { openBundle } from "./bundleCheckpoint.ts";
import { type ByteSource, bytesSource, type ModelFiles } from "./byteSource.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { GzipFile } from "./gunzip.ts";
import { quote } from "./json.ts";
import { looksLikeSafetensors } from "./safetensors.ts";
import { safetensorsCheckpoint } from "./safetensorsCheckpoint.ts";
import { openTarGz } from "./tarGz.ts";
import { openTfjs, type ReadSibling } from "./tfjs.ts";
import { looksLikeTorch, openTorch } from "./torch.ts";

export interface CheckpointFile {
  /** The path or URL, as errors name it. */
  where: string;
  bytes: Uint8Array;
  /** Reads a file of this plain name in the same folder; needed by formats of several files. */
  readSibling?: ReadSibling;
}

/** What a path or URL of weights turns out to be; the platform finds it out. */
export type StoredWeights =
  | { kind: "file"; file: CheckpointFile }
  /** Too large to be held in memory: read as a stream. */
  | { kind: "archive"; file: GzipFile }
  /** As large, and read where its variables lie. */
  | { kind: "torch"; source: ByteSource }
  /** `prefix` is that of a checkpoint in the folder: `checkpoint/ckpt-0`. */
  | { kind: "folder"; files: ModelFiles; prefix?: string };

/** Opens weights of every kind. Throws ModelError for what is none. */
export async function openStoredWeights(stored: StoredWeights): Promise<Checkpoint> {
  if (stored.kind === "archive") return openBundle(await openTarGz(stored.file));
  if (stored.kind === "torch") return openTorch(stored.source);
  return stored.kind === "folder" ? openBundle(stored.files, stored.prefix) : openCheckpoint(stored.file);
}

/**
 * Opens a file of trained variables, its format told by its content: safetensors, the model.json of a
 * TensorFlow.js graph model, the tar.gz of a TensorFlow checkpoint, or a file of torch.save. Throws ModelError
 * for anything else.
 */
export async function openCheckpoint({ where, bytes, readSibling }: CheckpointFile): Promise<Checkpoint> {
  if (looksLikeSafetensors(bytes) || where.endsWith(".safetensors")) {
    return safetensorsCheckpoint(bytes, where);
  }
  if (looksLikeGzip(bytes)) {
    return openStoredWeights({ kind: "archive", file: { where, stream: () => streamOf(bytes) } });
  }
  if (looksLikeTorch(bytes)) return openTorch(bytesSource(bytes, where));
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (start.trimStart().startsWith("{")) {
    const noSibling = () => Promise.reject(new Error("this file was given without its folder"));
    return openTfjs(bytes, where, readSibling ?? noSibling);
  }
  throw new ModelError({
    where,
    expected:
      "a checkpoint's tar.gz, a file of torch.save, a safetensors file or the model.json of a TensorFlow.js model",
    got: start === "" ? "an empty file" : `a file that begins with ${quote(start.slice(0, 16))}`,
  });
}

/** Whether a file begins as a gzip file does (RFC 1952): two bytes suffice. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const PIECE = 65_536;

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(position, position + PIECE));
      position += PIECE;
      if (position >= bytes.length) controller.close();
    },
  });
}
