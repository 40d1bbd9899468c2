import type { Scope, Value } from "../graph/graph.ts";
import { batchNorm } from "../kernels/batchNorm/op.ts";
import { conv2d } from "../kernels/conv2d/op.ts";
import { deformConv2d, OFFSET_CHANNELS } from "../kernels/deformConv2d/op.ts";
import { bias, relu } from "../kernels/elementwise/op.ts";
import { padAll } from "../kernels/window.ts";

/** PyTorch's default. */
const NORM = { epsilon: 1e-5 };

/**
 * A deformable convolution with batch norm and ReLU (`DeformConv` in `pose_dla_dcn.py` of Objects as Points): a plain 3x3
 * convolution of the features says for each cell where its nine samples lie and how much each counts; the deformable one
 * takes them. The norm is folded into the second, never into the first.
 *
 * Parameters: `offsets` (`kernel`, `bias`), `kernel`, `bias` and `norm`. Returns H x W x channels. Values of the graph:
 * `offsets.bias`, `bias`, `relu`.
 */
export function deformUnit(x: Value, p: Scope, channels: number): Value {
  const inner = p.at("offsets");
  const window = { channels: OFFSET_CHANNELS, kernel: 3, stride: 1, padding: padAll(1) };
  const offsets = bias(conv2d(x, inner, window), inner); // H x W x 27
  const y = bias(deformConv2d(x, offsets, p, { channels }), p); // H x W x channels
  return relu(batchNorm(y, p.at("norm"), NORM), p);
}
