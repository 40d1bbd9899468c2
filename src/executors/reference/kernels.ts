import { batchNormReference } from "../../kernels/batchNorm/reference.ts";
import { concatenateReference } from "../../kernels/concatenate/reference.ts";
import { conv2dReference } from "../../kernels/conv2d/reference.ts";
import { cornerPoolReference } from "../../kernels/cornerPool/reference.ts";
import { deformConv2dReference } from "../../kernels/deformConv2d/reference.ts";
import { depthwiseConv2dReference } from "../../kernels/depthwiseConv2d/reference.ts";
import { depthwiseTransposedConv2dReference } from "../../kernels/depthwiseTransposedConv2d/reference.ts";
import {
  addReference,
  biasReference,
  relu6Reference,
  reluReference,
  sigmoidReference,
} from "../../kernels/elementwise/reference.ts";
import type { ReferenceKernel } from "../../kernels/kernel.ts";
import { maxPoolReference } from "../../kernels/maxPool/reference.ts";
import { normalizeReference } from "../../kernels/normalize/reference.ts";
import type { OpName } from "../../kernels/ops.ts";
import { transposedConv2dReference } from "../../kernels/transposedConv2d/reference.ts";
import { upsampleBilinearReference, upsampleNearestReference } from "../../kernels/upsample/reference.ts";

/** Total: an op without a reference kernel does not compile. */
export const REFERENCE_KERNELS = {
  add: addReference,
  batchNorm: batchNormReference,
  bias: biasReference,
  concatenate: concatenateReference,
  conv2d: conv2dReference,
  cornerPool: cornerPoolReference,
  deformConv2d: deformConv2dReference,
  depthwiseConv2d: depthwiseConv2dReference,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dReference,
  maxPool: maxPoolReference,
  normalize: normalizeReference,
  relu: reluReference,
  relu6: relu6Reference,
  sigmoid: sigmoidReference,
  transposedConv2d: transposedConv2dReference,
  upsampleBilinear: upsampleBilinearReference,
  upsampleNearest: upsampleNearestReference,
} satisfies Record<OpName, ReferenceKernel<never>>;
