/**
 * Feature pyramid whose way up is made of transposed convolutions (CenterFace: Xu et al., arXiv:1911.03599, section
 * 3.1, after Lin et al., arXiv:1612.03144).
 *
 * Follows the published graph: each lateral 1x1 convolution and each transposed convolution ends in a ReLU before they
 * are added, and nothing follows the sum. Unlike the pyramid of the TensorFlow models (fpn.ts), it has the same
 * channels at every level and no 3x3 convolution after a sum.
 */
import { convolution, transposedConvolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { add } from "../kernels/elementwise/op.ts";
import type { Pyramid } from "./fpn.ts";

const CHANNELS = 24;
const LATERAL = { channels: CHANNELS, kernel: 1, bias: true, activation: "relu" } as const;
/** Kernel and stride are equal, so that SAME cuts nothing off. Batch norms are not folded here. */
const UP = {
  channels: CHANNELS,
  kernel: 2,
  stride: 2,
  batchNorm: { epsilon: 1e-3 },
  activation: "relu",
} as const;

/**
 * Returns the map at stride 4: H/4 x W/4 x 24. Parameters: `level5.lateral`, and `lateral` and `deconvolution` in each
 * of `level4`, `level3` and `level2`.
 */
export function transposedPyramid({ c2, c3, c4, c5 }: Pyramid, p: Scope): Value {
  let x = convolution(c5, p.at("level5").at("lateral"), LATERAL); // H/32 x W/32 x 24
  const levels = [
    { level: 4, skip: c4 },
    { level: 3, skip: c3 },
    { level: 2, skip: c2 },
  ];
  for (const { level, skip } of levels) {
    const scope = p.at(`level${level}`);
    const up = transposedConvolution(x, scope.at("deconvolution"), UP); // twice the size
    x = add(up, convolution(skip, scope.at("lateral"), LATERAL), scope);
  }
  return x;
}
