/** Opens weights from any source and identifies their model. */
import { cachedArchive, findWeights } from "#platform";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { type NamedCheckpoint, nameParameters } from "../checkpoints/names/nameParameters.ts";
import { openCheckpoint, openStoredWeights } from "../checkpoints/openCheckpoint.ts";
import { CenterNetError, ModelError, systemMessage } from "../errors.ts";
import type { Model, PixelMeans } from "../models/model.ts";
import { DEFAULT_MODEL, modelNamed } from "../models/models.ts";
import { blobWeights, filesWeights } from "../platform/blobWeights.ts";
import { packagedWeights } from "../platform/packagedWeights.ts";
import { type LabelSource, readLabels } from "./labels.ts";
import { modelOfCheckpoint } from "./modelOfCheckpoint.ts";

/**
 * A path or URL, the bytes of a single-file format, a `File` or other `Blob`, the files of one model that a page's user
 * chose together (a model.json with its shards, a TensorFlow checkpoint), or an opened checkpoint.
 */
export type WeightsSource = string | URL | Uint8Array | ArrayBuffer | Blob | readonly File[] | Checkpoint;

export interface OpenOptions {
  /**
   * safetensors, a TensorFlow.js model.json, a TensorFlow checkpoint (its tar.gz, folder or prefix), a
   * file written by torch.save, or an ONNX file. Default: the packaged weights, or a pulled archive.
   */
  readonly weights?: WeightsSource;
  /** The names of the classes, instead of the checkpoint's own or COCO's. */
  readonly labelMap?: LabelSource;
  /**
   * For Objects as Points on DLA-34 or a ResNet: runs each image at its own size, as the published figures on COCO were
   * measured, rather than fitted into the model's square. Default: false.
   */
  readonly keepResolution?: boolean;
  /**
   * For the same models: the means and deviations that pixels are normalized by, those of the
   * original's tests or those of its demonstration and Python interface. Default: `test`.
   */
  readonly pixelMeans?: PixelMeans;
}

/** What opening weights reports, and what stops it. */
export interface OpenProgress {
  /** Called as bytes arrive; `total` is infinite if the server does not tell it, or compresses what it sends. */
  readonly onDownload?: (received: number, total: number) => void;
  /** Called while an archive, which lists its files nowhere, is read from end to end. */
  readonly onUnpack?: (read: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A model and its opened weights; no number has been read yet. */
export interface OpenedModel {
  readonly model: Model;
  /** Under this project's parameter names. */
  readonly checkpoint: NamedCheckpoint;
  readonly notes: readonly string[];
}

/**
 * Without a name, the weights decide which model it is; without weights too, it is the default model.
 *
 * @throws ModelError for an unknown name, or for weights that cannot be opened or belong to another model.
 */
export async function openModelWeights(
  name: string | undefined,
  { weights, labelMap, keepResolution, pixelMeans, ...progress }: OpenOptions & OpenProgress = {},
): Promise<OpenedModel> {
  const wanted = name === undefined ? undefined : modelNamed(name);
  const labels = labelMap === undefined ? undefined : await readLabels(labelMap);
  const checkpoint = await openWeights(wanted, weights, progress);
  // A pulled archive is found by its name, which proves nothing: its contents decide, with a note.
  const mayDiffer = weights === undefined;
  const preparation = { keepResolution, pixelMeans };
  return {
    checkpoint,
    ...modelOfCheckpoint(checkpoint, wanted, { labelMap: labels, mayDiffer, preparation }),
  };
}

/** Opens weights and names their variables; this also identifies files that do not state their model. */
async function openWeights(
  model: Model | undefined,
  source: WeightsSource | undefined,
  progress: OpenProgress,
): Promise<NamedCheckpoint> {
  if (isCheckpoint(source) && isNamed(source)) return source;
  const name = model?.name ?? DEFAULT_MODEL;
  const pulled = source === undefined && model?.hasArchive ? await cachedArchive(name) : undefined;
  const chosen = source ?? pulled ?? packagedWeights(name);
  const hint = source === undefined ? model?.weightsHint : undefined;
  if (chosen === undefined) {
    throw new ModelError({
      where: `weights of ${name}`,
      expected: "a file",
      got: "none in this package",
      hint,
    });
  }
  const opened = openWeightsFile(chosen, hint, progress);
  return nameParameters(await ((source ?? pulled) ? opened : opened.catch(refuseUnpacked)));
}

/** The packaged weights are missing only if a bundler or a server has left them out. */
function refuseUnpacked(error: unknown): never {
  if (!(error instanceof ModelError)) throw error;
  const { where, got } = error.fault;
  const hint =
    "A bundler or server has left them out: see docs/bundlers.md, or give their address as weights.";
  throw new ModelError({ where, expected: "the weights of this package", got, hint }, { cause: error });
}

/**
 * Opens a file of weights with its variables under the file's own names.
 *
 * @throws ModelError if it cannot be read or holds no weights; `hint` is used if the file is missing.
 */
export async function openWeightsFile(
  source: WeightsSource,
  hint = "Check the path.",
  { onDownload, onUnpack, signal }: OpenProgress = {},
): Promise<Checkpoint> {
  if (source instanceof Uint8Array) return openCheckpoint({ where: "weights", bytes: source });
  if (source instanceof ArrayBuffer) {
    return openCheckpoint({ where: "weights", bytes: new Uint8Array(source) });
  }
  const unpacking = { onBytes: onUnpack, signal };
  if (source instanceof Blob) return openStoredWeights(await blobWeights(source, nameOf(source)), unpacking);
  if (isFiles(source)) return openStoredWeights(await filesWeights(source), unpacking);
  if (isCheckpoint(source)) return source;
  const where = source.toString();
  try {
    const location = await findWeights(source, { onBytes: onDownload, signal });
    return await openStoredWeights(location, unpacking);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CenterNetError) throw error;
    const got = systemMessage(error);
    throw new ModelError({ where, expected: "a weights file", got, hint }, { cause: error });
  }
}

export function isCheckpoint(source: WeightsSource | undefined): source is Checkpoint {
  return typeof source === "object" && "variables" in source;
}

function isFiles(source: WeightsSource): source is readonly File[] {
  return Array.isArray(source);
}

function isNamed(checkpoint: Checkpoint): checkpoint is NamedCheckpoint {
  return "evidence" in checkpoint;
}

/** A `File`, which a page's user chose, has a name. */
function nameOf(blob: Blob): string {
  return "name" in blob && typeof blob.name === "string" ? blob.name : "weights";
}
