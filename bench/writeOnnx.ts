import { open } from "node:fs/promises";
import { basename } from "node:path";
import { writeOutput } from "../src/cli/files/writeAtomically.ts";
import { type ExternalData, encodeOnnx, tensorBytes, tensorLength } from "../src/export/onnx/encodeOnnx.ts";
import type { OnnxGraph, OnnxTensor } from "../src/export/onnx/onnxGraph.ts";

/** Min bytes of an external tensor. Smaller ones stay in the model's file, in which readers expect shapes and scales. */
const MIN_EXTERNAL_BYTES = 1024;
/** Alignment in bytes, so that tensors can be memory-mapped. */
const ALIGNMENT = 4096;

/**
 * Writes a model to `path` and its weights to `path.data` (ONNX's "external data"), because a protobuf message is limited
 * to 2 GiB and readers copy its contents.
 */
export async function writeOnnx(path: string, graph: OnnxGraph): Promise<void> {
  const places = new Map<OnnxTensor, ExternalData>();
  const data = await open(`${path}.data`, "w");
  try {
    let offset = 0;
    for (const tensor of graph.tensors) {
      const length = tensorLength(tensor);
      if (length < MIN_EXTERNAL_BYTES) continue;
      await data.write(tensorBytes(tensor), 0, length, offset);
      places.set(tensor, { location: `${basename(path)}.data`, offset, length });
      offset = Math.ceil((offset + length) / ALIGNMENT) * ALIGNMENT;
    }
  } finally {
    await data.close();
  }
  const { pieces } = encodeOnnx(graph, { name: "network" }, (tensor) => places.get(tensor));
  await writeOutput(path, pieces, path);
}
