import type { Tensor } from "../../src/tensor.ts";
import { drawHeatmap } from "../../src/visualization/drawHeatmap.ts";

// All that the pictures take from the project: what they show is what really runs.
export { explanationLines } from "../../src/cli/report/explanationLines.ts";
export type { Box } from "../../src/detection.ts";
export {
  explainKites,
  KITE_CLASS,
  KITE_IMAGE,
  KITES,
  type Kite,
  keypointsOf,
  kiteOutputs,
} from "../../src/illustration/kites.ts";
export { illustratedPools, POOL_CELLS, type PoolCell, type PoolMaps } from "../../src/illustration/pools.ts";
export { textWidth } from "../../src/image/draw/text.ts";
export type { Tensor } from "../../src/tensor.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The light that the project's drawing of a heatmap adds to an image: red, green and blue for each cell. */
export function heatmapLight(map: Tensor, channel: number): Uint8Array {
  const [, height, width] = map.shape;
  const black = { width, height, data: new Uint8Array(width * height * 3) };
  return drawHeatmap(black, map, { left: 0, top: 0, cellsPerPixelX: 1, cellsPerPixelY: 1 }, channel).data;
}
