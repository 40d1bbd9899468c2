import type { Scope, Value } from "../graph/graph.ts";
import { sigmoid } from "../kernels/sigmoid/op.ts";
import { type PredictionHeadOptions, predictionHead } from "./predictionHead.ts";

/** Human pose with K keypoints (Zhou et al., arXiv:1904.07850, section 6.2). */
export interface KeypointHeads {
  /** Probability that a cell holds a keypoint, of whatever person: H x W x K. */
  readonly keypointHeatmap: Value;
  /** From a person's centre cell to each keypoint, (y, x) in cells: H x W x 2K. */
  readonly keypointRegression: Value;
  /** (y, x) of each keypoint within its cell, read at the keypoint's cell: H x W x 2K. */
  readonly keypointOffset: Value;
}

export function keypointHeads(
  features: Value,
  p: Scope,
  keypoints: number,
  options: PredictionHeadOptions,
): KeypointHeads {
  const heatmap = p.at("keypointHeatmap");
  return {
    keypointHeatmap: sigmoid(predictionHead(features, heatmap, keypoints, options), heatmap),
    keypointRegression: predictionHead(features, p.at("keypointRegression"), 2 * keypoints, options),
    keypointOffset: predictionHead(features, p.at("keypointOffset"), 2 * keypoints, options),
  };
}
