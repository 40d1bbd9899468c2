import { batchNormCases } from "./batchNorm/cases.ts";
import { biasCases } from "./bias/cases.ts";
import { conv2dCases } from "./conv2d/cases.ts";
import { cornerPoolCases } from "./cornerPool/cases.ts";
import { depthwiseConv2dCases } from "./depthwiseConv2d/cases.ts";
import { addCases } from "./elementwise/cases.ts";
import { maxPoolCases } from "./maxPool/cases.ts";
import { normalizeCases } from "./normalize/cases.ts";
import type { OpCase } from "./opCase.ts";
import type { OpName } from "./ops.ts";
import { reluCases } from "./relu/cases.ts";
import { relu6Cases } from "./relu6/cases.ts";
import { sigmoidCases } from "./sigmoid/cases.ts";
import { transposedConv2dCases } from "./transposedConv2d/cases.ts";
import { upsampleNearestCases } from "./upsample/cases.ts";
import { upsampleBilinearCases } from "./upsampleBilinear/cases.ts";

/** The case table of every op: run on each backend by the tests, its first row by the self-test. */
export const CASES: Readonly<Record<OpName, readonly OpCase[]>> = {
  add: addCases,
  batchNorm: batchNormCases,
  bias: biasCases,
  conv2d: conv2dCases,
  cornerPool: cornerPoolCases,
  depthwiseConv2d: depthwiseConv2dCases,
  maxPool: maxPoolCases,
  normalize: normalizeCases,
  relu: reluCases,
  relu6: relu6Cases,
  sigmoid: sigmoidCases,
  transposedConv2d: transposedConv2dCases,
  upsampleBilinear: upsampleBilinearCases,
  upsampleNearest: upsampleNearestCases,
};
