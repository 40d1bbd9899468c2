import { open, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { type ExternalData, encodeOnnx, tensorBytes } from "./encodeOnnx.ts";
import type { OnnxGraph, OnnxTensor } from "./onnxGraph.ts";

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
      const bytes = tensorBytes(tensor);
      if (bytes.length < MIN_EXTERNAL_BYTES) continue;
      await data.write(bytes, 0, bytes.length, offset);
      places.set(tensor, { location: `${basename(path)}.data`, offset, length: bytes.length });
      offset = Math.ceil((offset + bytes.length) / ALIGNMENT) * ALIGNMENT;
    }
  } finally {
    await data.close();
  }
  await writeFile(path, await encodeOnnx(graph, (tensor) => places.get(tensor)));
}
