import type { Scope, Value } from "../graph/graph.ts";
import type { BatchNormAttributes } from "../kernels/batchNorm/op.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { padAll } from "../kernels/window.ts";
import { convolution } from "./convolution.ts";

export interface ResidualOptions {
  readonly channels: number;
  readonly stride?: number;
  readonly batchNorm: BatchNormAttributes;
}

/**
 * Residual block (He et al., arXiv:1512.03385, figure 2): two 3x3 convolutions and a shortcut, which a 1x1
 * convolution projects only if the shape changes. Every convolution is padded equally on all sides and
 * followed by a batch norm; none has a bias.
 *
 * Parameters: `conv1`, `conv2` and, if the shape changes, `shortcut`, each with `kernel` and `norm`.
 */
export function residual(x: Value, p: Scope, { channels, stride = 1, batchNorm }: ResidualOptions): Value {
  const padding = padAll(1);
  const conv1 = { channels, kernel: 3, stride, padding, batchNorm, activation: "relu" } as const;
  let y = convolution(x, p.at("conv1"), conv1); // H/s x W/s x C
  y = convolution(y, p.at("conv2"), { channels, kernel: 3, padding, batchNorm }); // H/s x W/s x C
  const projection = { channels, kernel: 1, stride, padding: padAll(0), batchNorm };
  const same = stride === 1 && x.channels === channels;
  const shortcut = same ? x : convolution(x, p.at("shortcut"), projection); // H/s x W/s x C
  return relu(add(y, shortcut, p), p);
}
