import { batchNormWgsl } from "../../kernels/batchNorm/wgsl.ts";
import { concatenateWgsl } from "../../kernels/concatenate/wgsl.ts";
import { conv2dWgsl } from "../../kernels/conv2d/wgsl.ts";
import { cornerPoolWgsl } from "../../kernels/cornerPool/wgsl.ts";
import { deformConv2dWgsl } from "../../kernels/deformConv2d/wgsl.ts";
import { depthwiseConv2dWgsl } from "../../kernels/depthwiseConv2d/wgsl.ts";
import { depthwiseTransposedConv2dWgsl } from "../../kernels/depthwiseTransposedConv2d/wgsl.ts";
import { addWgsl, biasWgsl, relu6Wgsl, reluWgsl, sigmoidWgsl } from "../../kernels/elementwise/wgsl.ts";
import { maxPoolWgsl } from "../../kernels/maxPool/wgsl.ts";
import { normalizeWgsl } from "../../kernels/normalize/wgsl.ts";
import type { OpName } from "../../kernels/ops.ts";
import { transposedConv2dWgsl } from "../../kernels/transposedConv2d/wgsl.ts";
import { upsampleBilinearWgsl, upsampleNearestWgsl } from "../../kernels/upsample/wgsl.ts";
import type { WgslKernelOf } from "../../kernels/wgsl/kernel.ts";

/** The table is total: an op without a WGSL kernel is a compile error. */
export const WGSL_KERNELS = {
  add: addWgsl,
  batchNorm: batchNormWgsl,
  bias: biasWgsl,
  concatenate: concatenateWgsl,
  conv2d: conv2dWgsl,
  cornerPool: cornerPoolWgsl,
  deformConv2d: deformConv2dWgsl,
  depthwiseConv2d: depthwiseConv2dWgsl,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dWgsl,
  maxPool: maxPoolWgsl,
  normalize: normalizeWgsl,
  relu: reluWgsl,
  relu6: relu6Wgsl,
  sigmoid: sigmoidWgsl,
  transposedConv2d: transposedConv2dWgsl,
  upsampleBilinear: upsampleBilinearWgsl,
  upsampleNearest: upsampleNearestWgsl,
} satisfies Record<OpName, WgslKernelOf<never>>;
