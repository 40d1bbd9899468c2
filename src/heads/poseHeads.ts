import type { Scope, Value } from "../graph/graph.ts";
import { sigmoid } from "../kernels/elementwise/op.ts";
import { type PredictionHeadOptions, predictionHead } from "./predictionHead.ts";

/** The outputs for human poses with K keypoints (Zhou et al., arXiv:1904.07850, section 6.2). */
export interface PoseHeads {
  /** Probability that a cell holds each keypoint of any person: H x W x K. */
  readonly keypointHeatmap: Value;
  /** From a person's center cell to each keypoint, (y, x) in cells: H x W x 2K. */
  readonly keypointRegression: Value;
  /**
   * (y, x) of each keypoint within its cell, read at the keypoint's cell: H x W x 2K, or H x W x 2 if shared.
   */
  readonly keypointOffset: Value;
}

export interface PoseHeadOptions extends PredictionHeadOptions {
  /** Whether all keypoints share one offset. Default: false. */
  readonly sharedOffset?: boolean;
}

/** Parameters: `keypointHeatmap`, `keypointRegression` and `keypointOffset`, each like `predictionHead`. */
export function poseHeads(features: Value, p: Scope, keypoints: number, options: PoseHeadOptions): PoseHeads {
  const offsets = options.sharedOffset ? 1 : keypoints;
  const heatmap = p.at("keypointHeatmap");
  return {
    keypointHeatmap: sigmoid(predictionHead(features, heatmap, keypoints, options), heatmap),
    keypointRegression: predictionHead(features, p.at("keypointRegression"), 2 * keypoints, options),
    keypointOffset: predictionHead(features, p.at("keypointOffset"), 2 * offsets, options),
  };
}
