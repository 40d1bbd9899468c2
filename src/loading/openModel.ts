/** A file of weights before anything runs: which model it holds, what it says of it, and its numbers one at a time. */
import type { Dtype } from "../checkpoints/bytes/dtype.ts";
import { UsageError } from "../errors.ts";
import type { InputSize, Model } from "../models/model.ts";
import { similarNames } from "../support/unknownName.ts";
import type { Parameter } from "../tensor.ts";
import type { LabelSource } from "./labels.ts";
import { openModelWeights, type WeightsSource } from "./openWeights.ts";
import { checkWeights } from "./readWeights.ts";

export interface OpenModelOptions {
  /** The model's name, if the weights do not say it. */
  readonly model?: string;
  /** The names of the classes, instead of the checkpoint's own or COCO's. */
  readonly labelMap?: LabelSource;
  /**
   * Called while weights are downloaded, and while an archive is read from end to end to find its files; either starts at
   * 0. The total is infinite if nobody knows it.
   */
  readonly onProgress?: (readBytes: number, allBytes: number, phase: "download" | "unpack") => void;
  readonly signal?: AbortSignal;
}

/** One of the arrays of numbers that a model's layers read. */
export interface ParameterFacts {
  /** A convolution's kernel is [height, width, inputChannels, outputChannels]. */
  readonly shape: readonly number[];
  /** The type that the file stores it in; it is read as float32. */
  readonly dtype: Dtype | "STRING";
  /** Its size in the file. */
  readonly byteLength: number;
}

/** A model with its opened weights. No number has been read yet. */
export interface OpenedModel {
  readonly model: Model;
  /** The format of the file: `safetensors`, `torch`, … */
  readonly format: string;
  /** The file, as errors name it. */
  readonly where: string;
  /** What the file holds about itself, in its own words. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Size of the network's input in pixels. Only a typical one if each image decides it (`model.sizedByImage`). */
  readonly inputSize: InputSize;
  /** By this project's names, those of `model.graph(inputSize).parameters` and of the model's constants. */
  readonly parameters: ReadonlyMap<string, ParameterFacts>;
  /** What a user should know, such as a file name that contradicts the contents. */
  readonly notes: readonly string[];
  /**
   * Reads one parameter, converted to the layout in which the graph uses it.
   *
   * @throws UsageError for a name that is none of `parameters`, with the nearest ones.
   * @throws ModelError for a damaged file.
   */
  read(name: string): Promise<Parameter>;
  /** Closes files that are held open. A later `read` opens them again. */
  close(): Promise<void>;
}

/**
 * Opens weights (a path, a URL, the bytes of a file, or one or more `File`s that the user chose), finds out which model
 * they are, and checks that they have all of its parameters, in their shapes. Runs nothing and needs no backend.
 *
 *     const { model, parameters, read } = await openModel("centernet_resnet50_v1_fpn_512x512_coco17_tpu-8.tar.gz");
 *     const { shape, data } = await read("backbone.stem.conv.kernel");
 *
 * Without weights they are those of `options.model` that ship with this package or were pulled.
 *
 * @throws ModelError for weights that cannot be opened, are not known, or do not fit their model.
 * @throws the signal's reason once it is aborted.
 */
export async function openModel(
  weights?: WeightsSource,
  { model: name, labelMap, onProgress, signal }: OpenModelOptions = {},
): Promise<OpenedModel> {
  const { model, checkpoint, notes } = await openModelWeights(name, {
    weights,
    labelMap,
    signal,
    onDownload: onProgress && ((read, all) => onProgress(read, all, "download")),
    onUnpack: onProgress && ((read, all) => onProgress(read, all, "unpack")),
  });
  const close = async () => {
    await checkpoint.close?.();
  };
  try {
    checkWeights(checkpoint, model);
  } catch (error) {
    await close();
    throw error;
  }
  const { format, where, metadata, variables } = checkpoint;
  return {
    model,
    format,
    where,
    metadata,
    inputSize: model.defaultSize,
    parameters: new Map(
      [...variables].map(([key, { shape, dtype, byteLength }]) => [key, { shape, dtype, byteLength }]),
    ),
    notes,
    async read(parameter) {
      const variable = variables.get(parameter);
      if (!variable) throw unknownParameter(where, parameter, [...variables.keys()]);
      return { shape: variable.shape, data: await checkpoint.read(parameter) };
    },
    close,
  };
}

/** So many names are suggested for one that is not known. */
const SUGGESTIONS = 3;

function unknownParameter(where: string, name: string, names: readonly string[]): UsageError {
  const near = similarNames(name, names, SUGGESTIONS);
  return new UsageError({
    where: `${where}, parameter ${name}`,
    expected: "the name of one of its parameters",
    got: "an unknown name",
    hint: near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "They are the keys of parameters.",
  });
}
