import type { Scope, Value } from "../graph/graph.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { padAll } from "../kernels/window.ts";
import { convolution } from "./convolution.ts";

/** The epsilon of CornerNet's batch norms, which is PyTorch's default. */
const POOL_NORM = { batchNorm: { epsilon: 1e-5 } } as const;
/** Channels inside a pooling module, whatever the number of channels of the features. */
export const POOL_CHANNELS = 128;

/** A 3x3 convolution with batch norm and ReLU, `convolution` in the reference's `utils.py`. */
export function pooledConvolution(x: Value, p: Scope, channels: number): Value {
  return convolution(x, p, { channels, kernel: 3, padding: padAll(1), ...POOL_NORM, activation: "relu" });
}

/**
 * The end of corner and center pooling: adds the two pools, and then, like a residual block, adds the
 * features that they were made from.
 *
 *     y = conv(relu(norm(merge(first + second)) + norm(shortcut(x))))
 *
 * Parameters: `merge` (3x3), `shortcut` (1x1) and `out` (3x3), each with `kernel` and `norm`. Returns H x W x
 * C, like x. Values of the graph: `add`, `merge.norm.batchNorm`, `shortcut.norm.batchNorm`, `merge.add`,
 * `merge.relu` and `out.relu`.
 */
export function mergePools(x: Value, first: Value, second: Value, p: Scope): Value {
  const { channels } = x;
  const pooled = { channels, kernel: 3, padding: padAll(1), ...POOL_NORM };
  const projected = { channels, kernel: 1, padding: padAll(0), ...POOL_NORM };
  const merged = convolution(add(first, second, p), p.at("merge"), pooled); // H x W x C
  const shortcut = convolution(x, p.at("shortcut"), projected); // H x W x C
  const sum = relu(add(merged, shortcut, p.at("merge")), p.at("merge"));
  return pooledConvolution(sum, p.at("out"), channels);
}
