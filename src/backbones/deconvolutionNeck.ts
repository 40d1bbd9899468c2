/**
 * Upsamples from stride 32 to stride 4 by transposed convolutions (Xiao et al., arXiv:1804.06208, section 2),
 * each after a 3x3 convolution, as in CenterNet (Zhou et al., arXiv:1904.07850, section 5).
 *
 * Follows `CenterNetResnetFeatureExtractor` of the TensorFlow Object Detection API. Its convolutions are
 * plain, those of the CenterNet paper deformable; its transposed kernels are 3x3, those of Xiao et al. 4x4.
 */
import { convolution, transposedConvolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";

/** Output channels at strides 16, 8 and 4, with the names of these levels in a pyramid. */
const LEVELS = [
  { name: "level4", channels: 256 },
  { name: "level3", channels: 128 },
  { name: "level2", channels: 64 },
];
const FINISH = { bias: true, batchNorm: { epsilon: 1e-3 }, activation: "relu" } as const;

/**
 * Returns H/4 x W/4 x 64. Parameters: `conv` and `deconvolution` in each of `level4`, `level3` and `level2`.
 */
export function deconvolutionNeck(c5: Value, p: Scope): Value {
  let x = c5;
  for (const { name, channels } of LEVELS) {
    const level = p.at(name);
    x = convolution(x, level.at("conv"), { channels, kernel: 3, ...FINISH }); // h x w x channels
    const stride2 = { channels, kernel: 3, stride: 2, ...FINISH };
    x = transposedConvolution(x, level.at("deconvolution"), stride2); // 2h x 2w x channels
  }
  return x;
}
