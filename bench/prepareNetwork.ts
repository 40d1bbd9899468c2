import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "../src/checkpoints/safetensors/writeSafetensors.ts";
import { writeOutput } from "../src/cli/files/writeAtomically.ts";
import { exportGraph, foldedForOnnx } from "../src/export/onnx/exportGraph.ts";
import type { Graph } from "../src/graph/graph.ts";
import { decodeImage } from "../src/image/imageFile.ts";
import { encodeJpeg } from "../src/image/jpeg/encodeJpeg.ts";
import type { RgbImage } from "../src/image/rgbImage.ts";
import type { InputSize } from "../src/models/model.ts";
import { modelNamed } from "../src/models/models.ts";
import { runnable } from "../src/network.ts";
import { readBytes } from "../src/platform/node.ts";
import type { Weights } from "../src/tensor.ts";
import { type BenchNetwork, inputSizeOf, type PeerName } from "./networks.ts";
import { SAMPLE_IMAGE, WEIGHTS } from "./paths.ts";
import { readModelWeights } from "./readModelWeights.ts";
import { syntheticWeights } from "./syntheticWeights.ts";
import { exportTflite, opsWithoutTflite } from "./tflite/exportTflite.ts";
import { writeOnnx } from "./writeOnnx.ts";
import { writeTorch } from "./writeTorch.ts";

/** The files of a network that engines load. */
export interface NetworkFiles {
  /** Where those were written that this benchmark makes. */
  readonly folder: string;
  /** The weights in the format of `centernet convert`, float32. */
  readonly weights: string;
  /** The graph; its weights are in a file beside it. Absent if no peer reads it. */
  readonly onnx?: string;
  /** The graph with its weights. Absent if no peer reads it, or if TFLite lacks some of its ops. */
  readonly tflite?: string;
  /** The ops that TFLite lacks, if a peer would read it. */
  readonly tfliteLacks?: readonly string[];
  /** A JPEG whose size gives the network the size to be measured. */
  readonly image: string;
}

/** Writes a network's weights to `folder`, and the same network with the same weights for each of its peers. */
export async function prepareNetwork(network: BenchNetwork, folder: string): Promise<NetworkFiles> {
  const model = modelNamed(network.model);
  const size = inputSizeOf(network);
  const packaged = network.weights === "packaged" ? join(WEIGHTS, `${network.model}.safetensors`) : undefined;
  const weights: Weights = packaged
    ? await readModelWeights(model, size, packaged)
    : syntheticWeights(model.graph(size));
  const file = packaged ?? join(folder, "weights.safetensors");
  if (!packaged) {
    const metadata = new Map([
      ["format", "centernet"],
      ["model", network.model],
    ]);
    await writeOutput(file, writeSafetensors(weights, metadata, { dtype: "F32" }).pieces, file);
  }
  const image = model.sizedByImage ? join(folder, "image.jpg") : SAMPLE_IMAGE;
  if (model.sizedByImage) await writeFile(image, await croppedImage(size));
  const files = { folder, weights: file, image };
  if (network.peers.length === 0) return files;
  const graph = model.graph(size, weights);
  const isWanted = (...peers: PeerName[]) => peers.some((peer) => network.peers.includes(peer));
  if (isWanted("pytorch")) await writeTorch(folder, foldedForOnnx(graph), weights);
  return {
    ...files,
    ...(isWanted("onnxruntime-web", "onnxruntime-node", "openvino") && {
      onnx: await writtenOnnx(folder, graph, weights),
    }),
    ...(isWanted("litert-js", "xnnpack") && (await writtenTflite(folder, runnable(graph, true), weights))),
  };
}

async function writtenOnnx(folder: string, graph: Graph, weights: Weights): Promise<string> {
  const path = join(folder, "network.onnx");
  await writeOnnx(path, exportGraph(foldedForOnnx(graph), weights, "NCHW"));
  return path;
}

async function writtenTflite(
  folder: string,
  graph: Graph,
  weights: Weights,
): Promise<Pick<NetworkFiles, "tflite" | "tfliteLacks">> {
  const lacks = opsWithoutTflite(graph);
  if (lacks.length > 0) return { tfliteLacks: lacks };
  const path = join(folder, "network.tflite");
  await writeOutput(path, exportTflite(graph, weights), path);
  return { tflite: path };
}

async function croppedImage(size: InputSize): Promise<Uint8Array> {
  return encodeJpeg(cropped(decodeImage(await readBytes(SAMPLE_IMAGE), SAMPLE_IMAGE), size));
}

/** The part of an image at its top edge, from column `left` on. */
export function cropped(image: RgbImage, { height, width }: InputSize, left = 0): RgbImage {
  const data = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    const from = (row * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}
