import { type OpenOptions, openModelWeights } from "../../loading/openWeights.ts";
import { readWeights } from "../../loading/readWeights.ts";
import { checkInputSize, type InputSize, type Model } from "../../models/model.ts";
import { concatenate } from "../../support/concatenate.ts";
import type { Layout, Weights } from "../../tensor.ts";
import { addDecode, type DecodedModel } from "./decode/detections.ts";
import { encodeOnnx, type OnnxFile, opsetOf } from "./encodeOnnx.ts";
import { foldedForOnnx, graphInOnnx } from "./exportGraph.ts";
import { channelClasses, headMeaning, onnxFacts } from "./onnxFacts.ts";
import type { OnnxGraph, OnnxValue } from "./onnxGraph.ts";
import { withPixelInput } from "./pixelInput.ts";

export interface OnnxOptions extends OpenOptions {
  /** In pixels; the file runs at no other. Default: the model's own size, or a typical one if images decide it. */
  readonly inputSize?: InputSize;
  /** The order of the axes of the input and of the maps that come out. Default: `NHWC`. */
  readonly layout?: Layout;
  /** Adds the decode: `boxes`, `scores`, `classes` and, for poses, `keypoints`. Default: false. */
  readonly decode?: boolean;
  /** False keeps batch norms and biases as nodes of their own, so that every layer's value is in the file. Default: true. */
  readonly fuse?: boolean;
  /** Called while weights are read, with the bytes read so far and their total. */
  readonly onProgress?: (readBytes: number, allBytes: number) => void;
  /** Stops the reading of weights. */
  readonly signal?: AbortSignal;
}

/** An ONNX file that is computed while it is written, and what is in it. */
export interface OnnxExport extends OnnxFile {
  readonly model: string;
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Preprocessing, labels and license, as the file states them. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Notes for the user about the weights, such as a file name that contradicts the contents. */
  readonly notes: readonly string[];
}

/**
 * A model as the bytes of an ONNX file, for other engines. Its input `image` is RGB from 0 to 255; its outputs are the
 * heads; each value inside has the name of its layer here. docs/onnx.md has the details.
 *
 *     await writeFile("movenet.onnx", await exportOnnx("movenet-lightning"));
 *
 * Without a name, the weights decide which model it is; without both it is `movenet-multipose`.
 *
 * @throws ModelError for an unknown name, for weights that cannot be read or do not fit, or if the file would be larger
 *   than 2 GiB.
 * @throws UsageError for an input size that the model cannot take, or for a decode that is not written in ONNX.
 * @throws the signal's reason once it is aborted.
 */
export async function exportOnnx(name?: string, options: OnnxOptions = {}): Promise<Uint8Array> {
  const { pieces } = await prepareOnnx(name, options);
  return concatenate([...pieces]);
}

/** Like `exportOnnx`, with the bytes computed as they are iterated over, so that no second copy of the weights is held. */
export async function prepareOnnx(name?: string, options: OnnxOptions = {}): Promise<OnnxExport> {
  const { layout = "NHWC", onProgress, signal } = options;
  signal?.throwIfAborted();
  const opened = await openModelWeights(name, options);
  const { model, checkpoint, notes } = opened;
  const size = options.inputSize ?? model.defaultSize;
  checkInputSize(model, size);
  const weights = await readWeights(checkpoint, model, size, { onProgress, signal });
  const graph = onnxGraph(model, size, weights, options);
  const facts = onnxFacts(opened, size, layout);
  const { inputs, outputs } = graph;
  const { metadata = new Map() } = facts;
  return {
    ...encodeOnnx(graph, facts),
    model: model.name,
    opset: opsetOf(graph),
    inputs,
    outputs,
    metadata,
    notes,
  };
}

/** The network from pixels to heads, and to detections with `decode`. */
export function onnxGraph(
  model: Model,
  size: InputSize,
  weights: Weights,
  { layout = "NHWC", decode = false, fuse = true }: OnnxOptions,
): OnnxGraph {
  const graph = model.graph(size, weights);
  const { pixelScaling } = model;
  const whole = pixelScaling ? withPixelInput(graph, pixelScaling) : graph;
  const { builder, inputs, outputs, maps } = graphInOnnx(
    fuse ? foldedForOnnx(whole) : whole,
    weights,
    layout,
  );
  const found = decode ? addDecode(builder, maps, decodedModel(model, size, weights)) : [];
  const heads = outputs.map((value) => ({ ...value, meaning: headMeaning(model, value.name) }));
  return builder.build(inputs, [...heads, ...found]);
}

function decodedModel(model: Model, input: InputSize, weights: Weights): DecodedModel {
  const { keypointNames = [] } = model;
  return {
    decoding: model.decoding(weights),
    input,
    classIds: channelClasses(model),
    keypointCount: keypointNames.length,
  };
}
