import { batchNormCases } from "./batchNorm/cases.ts";
import { concatenateCases } from "./concatenate/cases.ts";
import { conv2dCases } from "./conv2d/cases.ts";
import { cornerPoolCases } from "./cornerPool/cases.ts";
import { deformConv2dCases } from "./deformConv2d/cases.ts";
import { depthwiseConv2dCases } from "./depthwiseConv2d/cases.ts";
import { depthwiseTransposedConv2dCases } from "./depthwiseTransposedConv2d/cases.ts";
import { addCases, biasCases, relu6Cases, reluCases, sigmoidCases } from "./elementwise/cases.ts";
import { maxPoolCases } from "./maxPool/cases.ts";
import { normalizeCases } from "./normalize/cases.ts";
import type { OpCase } from "./opCase.ts";
import type { OpName } from "./ops.ts";
import { transposedConv2dCases } from "./transposedConv2d/cases.ts";
import { upsampleBilinearCases, upsampleNearestCases } from "./upsample/cases.ts";

/** The cases of every op. The tests run all of them on each backend; the self-test runs the first of each op. */
export const CASES: Readonly<Record<OpName, readonly OpCase[]>> = {
  add: addCases,
  batchNorm: batchNormCases,
  bias: biasCases,
  concatenate: concatenateCases,
  conv2d: conv2dCases,
  cornerPool: cornerPoolCases,
  deformConv2d: deformConv2dCases,
  depthwiseConv2d: depthwiseConv2dCases,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dCases,
  maxPool: maxPoolCases,
  normalize: normalizeCases,
  relu: reluCases,
  relu6: relu6Cases,
  sigmoid: sigmoidCases,
  transposedConv2d: transposedConv2dCases,
  upsampleBilinear: upsampleBilinearCases,
  upsampleNearest: upsampleNearestCases,
};
