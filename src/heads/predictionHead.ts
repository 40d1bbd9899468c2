import { convolution, separableConvolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";

export interface PredictionHeadOptions {
  /** Channels of the hidden layer. */
  readonly filters: number;
  /** Whether the hidden 3x3 convolution is depthwise separable. */
  readonly separable: boolean;
}

/**
 * One output map of CenterNet (Zhou et al., arXiv:1904.07850, section 4): a 3x3 convolution with bias and
 * ReLU, then a 1x1 convolution with bias (`make_prediction_net` of the TensorFlow Object Detection API).
 *
 * Parameters: `conv` and `out`. Returns H x W x channels, raw: for a heatmap these are logits.
 */
export function predictionHead(x: Value, p: Scope, channels: number, options: PredictionHeadOptions): Value {
  const hidden = options.separable ? separableConvolution : convolution;
  const y = hidden(x, p.at("conv"), { channels: options.filters, kernel: 3, bias: true, activation: "relu" });
  return convolution(y, p.at("out"), { channels, kernel: 1, bias: true });
}
