import type { Op } from "../graph/op.ts";
import { batchNormOp } from "./batchNorm/op.ts";
import { concatenateOp } from "./concatenate/op.ts";
import { conv2dOp } from "./conv2d/op.ts";
import { cornerPoolOp } from "./cornerPool/op.ts";
import { deformConv2dOp } from "./deformConv2d/op.ts";
import { depthwiseConv2dOp } from "./depthwiseConv2d/op.ts";
import { depthwiseTransposedConv2dOp } from "./depthwiseTransposedConv2d/op.ts";
import { addOp, biasOp, relu6Op, reluOp, sigmoidOp } from "./elementwise/op.ts";
import { maxPoolOp } from "./maxPool/op.ts";
import { normalizeOp } from "./normalize/op.ts";
import { transposedConv2dOp } from "./transposedConv2d/op.ts";
import { upsampleBilinearOp, upsampleNearestOp } from "./upsample/op.ts";

/** All ops. Each executor's kernel table must have exactly these names, or it does not compile. */
export const OPS = {
  add: addOp,
  batchNorm: batchNormOp,
  bias: biasOp,
  concatenate: concatenateOp,
  conv2d: conv2dOp,
  cornerPool: cornerPoolOp,
  deformConv2d: deformConv2dOp,
  depthwiseConv2d: depthwiseConv2dOp,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dOp,
  maxPool: maxPoolOp,
  normalize: normalizeOp,
  relu: reluOp,
  relu6: relu6Op,
  sigmoid: sigmoidOp,
  transposedConv2d: transposedConv2dOp,
  upsampleBilinear: upsampleBilinearOp,
  upsampleNearest: upsampleNearestOp,
} satisfies Record<string, Op<never>>;

export type OpName = keyof typeof OPS;
