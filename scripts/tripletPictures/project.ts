import { modelNamed } from "../../src/models/models.ts";
import type { Tensor } from "../../src/tensor.ts";
import { drawHeatmap } from "../../src/visualization/drawHeatmap.ts";

// All that the pictures take from the project: what they show is what really runs.
export { cascadeCornerPool } from "../../src/blocks/cascadeCornerPool.ts";
export { centerPool } from "../../src/blocks/centerPool.ts";
export { explanationLines } from "../../src/cli/report/explanationLines.ts";
export type { Box } from "../../src/detection.ts";
export { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
export { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
export { textWidth } from "../../src/image/draw/text.ts";
export { cornerPool } from "../../src/kernels/cornerPool/op.ts";
export { add } from "../../src/kernels/elementwise/op.ts";
export { COCO_LABELS } from "../../src/models/coco.ts";
export { elementCount, shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Decodes a network's outputs for an image of this size, as `centernet detect --explain` does. */
export function explainOutputs(outputs: Readonly<Record<string, Tensor>>, size: Size) {
  const image = { ...size, data: new Uint8Array(size.width * size.height * 3) };
  const loaded = { size, constants: new Map() };
  const { views, combine } = modelNamed("centernet-52").views(image, loaded, { explain: true });
  const { detections, explain } = combine(views.map((view) => view.decode(outputs)));
  const explanation = explain?.({ detections, fates: [] }).explanation;
  if (explanation?.family !== "triplets") throw new Error("the model explains no triplets");
  return { detections, explanation };
}

/** The light that the project's drawing of a heatmap adds to an image: red, green and blue for each cell. */
export function heatmapLight(map: Tensor, channel: number): Uint8Array {
  const [, height, width] = map.shape;
  const black = { width, height, data: new Uint8Array(width * height * 3) };
  return drawHeatmap(black, map, { left: 0, top: 0, cellsPerPixelX: 1, cellsPerPixelY: 1 }, channel).data;
}
