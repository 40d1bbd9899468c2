import { ModelError } from "../errors.ts";
import { type FileKind, fileKind, START_BYTES } from "../support/fileKind/fileKind.ts";
import type { GzipFile, ReadProgress } from "./archives/tarGz.ts";
import { bytesSource, type ModelFiles, type RandomAccessFile, readWhole } from "./bytes/randomAccessFile.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { safetensorsCheckpoint } from "./safetensors/safetensorsCheckpoint.ts";
import type { ReadSibling } from "./tfjs/tfjs.ts";

/** A file that is read in parts, only where its variables lie. */
export interface CheckpointSource {
  source: RandomAccessFile;
  /** Reads a file of this plain name from the same folder, for formats of several files. */
  readSibling?: ReadSibling;
}

export interface CheckpointFile {
  /** The path or URL, for errors. */
  where: string;
  bytes: Uint8Array;
  readSibling?: ReadSibling;
}

/** What a path or URL of weights turned out to be, as the platform finds it. Nothing is held in memory. */
export type WeightsLocation =
  | ({ kind: "file" } & CheckpointSource)
  /** A tar.gz, which is unpacked while it is read. */
  | { kind: "archive"; file: GzipFile }
  /** `prefix` names one checkpoint in the folder: `checkpoint/ckpt-0`. */
  | { kind: "folder"; files: ModelFiles; prefix?: string };

/**
 * Opens weights of any kind. Readers other than safetensors' are loaded only when a file needs them, so that
 * files that this package contains or converted do not wait for them.
 *
 * @param progress of an archive, which is read from end to end.
 * @throws ModelError if there are no weights, or broken ones; the signal's reason once it is aborted.
 */
export async function openStoredWeights(
  location: WeightsLocation,
  progress?: ReadProgress,
): Promise<Checkpoint> {
  if (location.kind === "file") return openSource(location);
  const { openBundle } = await import("./tensorBundle/bundleCheckpoint.ts");
  if (location.kind === "folder") return openBundle(location.files, location.prefix);
  const { openTarGz } = await import("./archives/tarGz.ts");
  return openBundle(await openTarGz(location.file, progress));
}

/**
 * Opens a file that is in memory.
 *
 * @throws ModelError if it is no checkpoint, or a broken one.
 */
export async function openCheckpoint({ where, bytes, readSibling }: CheckpointFile): Promise<Checkpoint> {
  return openSource({ source: bytesSource(bytes, where), readSibling });
}

/** The largest known model.json has 400 kB. */
const MAX_JSON = 256 * 2 ** 20;

/**
 * Opens a file by what it contains: safetensors, the model.json of a TensorFlow.js graph model, the tar.gz or tar
 * of a TensorFlow checkpoint, a file of torch.save, or an ONNX model.
 */
async function openSource({ source, readSibling }: CheckpointSource): Promise<Checkpoint> {
  const { where } = source;
  const start = new Uint8Array(Math.min(source.length, START_BYTES));
  await source.read(0, start);
  const kind = fileKind(start, source.length);
  switch (kind.reader) {
    case "safetensors":
      return safetensorsCheckpoint(source);
    case "gzip":
      return openStoredWeights({ kind: "archive", file: { where, stream: () => streamOf(source) } });
    case "tar": {
      const { openBundle } = await import("./tensorBundle/bundleCheckpoint.ts");
      return openBundle(await (await import("./archives/tarFile.ts")).openTar(source));
    }
    case "torch":
      return (await import("./torch/torch.ts")).openTorch(source);
    case "onnx":
      return (await import("./onnx/onnx.ts")).openOnnx(source);
    case "json": {
      const noSibling = () => Promise.reject(new Error("the file was given without its folder"));
      const { openTfjs } = await import("./tfjs/tfjs.ts");
      return openTfjs(await readWhole(source, MAX_JSON), where, readSibling ?? noSibling);
    }
  }
  // The reader says best what is wrong with a damaged file.
  if (kind.family === "other" && source.length > 0 && where.endsWith(".safetensors")) {
    return safetensorsCheckpoint(source);
  }
  if (await isIndex(source)) {
    const expected = "a checkpoint with its data files";
    const hint = "Give the folder, or the tar.gz that holds all of them.";
    throw new ModelError({ where, expected, got: "the index of a TensorFlow checkpoint alone", hint });
  }
  throw unreadableWeights(kind, where);
}

/** The last bytes of an index (LevelDB's table format). */
const INDEX_END = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

async function isIndex(source: RandomAccessFile): Promise<boolean> {
  if (source.length < INDEX_END.length) return false;
  const end = new Uint8Array(INDEX_END.length);
  await source.read(source.length - end.length, end);
  return INDEX_END.every((byte, i) => end[i] === byte);
}

/** The way out for a file of another kind. */
const HINTS: Partial<Record<FileKind["family"], string>> = {
  image: "Images are for detect.",
  video: "Check that it is the weights file that was meant.",
  text: "Check that it is the weights file that was meant.",
};

function unreadableWeights({ family, what, hint = HINTS[family] }: FileKind, where: string): ModelError {
  const expected =
    "a checkpoint's tar.gz, a torch.save file, a safetensors file, an ONNX model or the model.json of a TensorFlow.js model";
  return new ModelError({ where, expected, got: what, hint });
}

const CHUNK_BYTES = 65_536;

function streamOf(source: RandomAccessFile): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, source.length - position));
      await source.read(position, chunk);
      controller.enqueue(chunk);
      position += chunk.length;
      if (position >= source.length) controller.close();
    },
  });
}
