import { batchNormGpu } from "../../kernels/batchNorm/gpu.ts";
import { concatenateGpu } from "../../kernels/concatenate/gpu.ts";
import { conv2dGpu } from "../../kernels/conv2d/gpu.ts";
import { cornerPoolGpu } from "../../kernels/cornerPool/gpu.ts";
import { deformConv2dGpu } from "../../kernels/deformConv2d/gpu.ts";
import { depthwiseConv2dGpu } from "../../kernels/depthwiseConv2d/gpu.ts";
import { depthwiseTransposedConv2dGpu } from "../../kernels/depthwiseTransposedConv2d/gpu.ts";
import { addGpu, biasGpu, relu6Gpu, reluGpu, sigmoidGpu } from "../../kernels/elementwise/gpu.ts";
import type { GpuKernelOf } from "../../kernels/kernel.ts";
import { maxPoolGpu } from "../../kernels/maxPool/gpu.ts";
import { normalizeGpu } from "../../kernels/normalize/gpu.ts";
import type { OpName } from "../../kernels/ops.ts";
import { transposedConv2dGpu } from "../../kernels/transposedConv2d/gpu.ts";
import { upsampleBilinearGpu, upsampleNearestGpu } from "../../kernels/upsample/gpu.ts";

/** Total: an op without a gpu.js kernel does not compile. */
export const GPUJS_KERNELS = {
  add: addGpu,
  batchNorm: batchNormGpu,
  bias: biasGpu,
  concatenate: concatenateGpu,
  conv2d: conv2dGpu,
  cornerPool: cornerPoolGpu,
  deformConv2d: deformConv2dGpu,
  depthwiseConv2d: depthwiseConv2dGpu,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dGpu,
  maxPool: maxPoolGpu,
  normalize: normalizeGpu,
  relu: reluGpu,
  relu6: relu6Gpu,
  sigmoid: sigmoidGpu,
  transposedConv2d: transposedConv2dGpu,
  upsampleBilinear: upsampleBilinearGpu,
  upsampleNearest: upsampleNearestGpu,
} satisfies Record<OpName, GpuKernelOf<never>>;
