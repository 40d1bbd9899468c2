import type { Scope, Value } from "../graph/graph.ts";
import { sigmoid } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { samePadding } from "../kernels/window.ts";
import { type PredictionHeadOptions, predictionHead } from "./predictionHead.ts";

/** Objects as points (Zhou et al., arXiv:1904.07850): an object is a peak at its center. */
export interface CenterHead {
  /** Probability that a cell is the center of an object of each class: H x W x classes. */
  readonly centerHeatmap: Value;
}

export function centerHead(
  features: Value,
  p: Scope,
  classes: number,
  options: PredictionHeadOptions,
): CenterHead {
  const scope = p.at("center");
  return { centerHeatmap: sigmoid(predictionHead(features, scope, classes, options), scope) };
}

/** The largest value in the `kernel` x `kernel` window around each cell. A cell that equals it is a peak. */
export function localMaximum(heatmap: Value, p: Scope, kernel: number): Value {
  const padding = samePadding(heatmap.height, heatmap.width, kernel, 1);
  return maxPool(heatmap, p, { kernel, stride: 1, padding, outside: "ignored" });
}

/** The outputs for boxes, read at an object's center cell. */
export interface BoxHeads {
  /** (height, width) of the box in cells: H x W x 2, or 2 for each class. */
  readonly boxSize: Value;
  /** (y, x) of the center within its cell: H x W x 2. */
  readonly boxOffset?: Value;
}

/** `sizes` is how many sizes a cell has: 1, or one for each class. */
export function boxHeads(
  features: Value,
  p: Scope,
  {
    sizes = 1,
    noOffset,
    ...options
  }: PredictionHeadOptions & { readonly sizes?: number; readonly noOffset?: boolean },
): BoxHeads {
  const boxSize = predictionHead(features, p.at("boxSize"), 2 * sizes, options);
  if (noOffset) return { boxSize };
  return {
    boxSize,
    boxOffset: predictionHead(features, p.at("boxOffset"), 2, options),
  };
}
