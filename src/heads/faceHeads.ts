import { convolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { sigmoid } from "../kernels/elementwise/op.ts";

/** The outputs for faces with five landmarks (CenterFace: Xu et al., arXiv:1911.03599, section 3.2). */
export interface FaceHeads {
  /** Probability that a cell is the center of a face: H x W x 1. */
  readonly centerHeatmap: Value;
  /** Logarithm of the box's (height, width) in cells: H x W x 2. */
  readonly boxSize: Value;
  /** (y, x) of the box's center from the cell's center, in cells: H x W x 2. */
  readonly boxOffset: Value;
  /** (y, x) of each landmark from the box's top-left corner, in heights and widths of the box: H x W x 10. */
  readonly landmarks: Value;
}

/** Parameters: `feature`, a 3x3 convolution that all heads share, and a 1x1 convolution for each head. */
export function faceHeads(features: Value, p: Scope, landmarks: number): FaceHeads {
  const channels = features.channels;
  const x = convolution(features, p.at("feature"), { channels, kernel: 3, bias: true, activation: "relu" });
  const head = (scope: Scope, outputs: number) =>
    convolution(x, scope, { channels: outputs, kernel: 1, bias: true });
  const center = p.at("center");
  return {
    centerHeatmap: sigmoid(head(center, 1), center),
    boxSize: head(p.at("boxSize"), 2),
    boxOffset: head(p.at("boxOffset"), 2),
    landmarks: head(p.at("landmarks"), 2 * landmarks),
  };
}
