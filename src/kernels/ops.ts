import type { Op } from "../graph/op.ts";
import { batchNormOp } from "./batchNorm/op.ts";
import { biasOp } from "./bias/op.ts";
import { conv2dOp } from "./conv2d/op.ts";
import { cornerPoolOp } from "./cornerPool/op.ts";
import { depthwiseConv2dOp } from "./depthwiseConv2d/op.ts";
import { addOp } from "./elementwise/op.ts";
import { maxPoolOp } from "./maxPool/op.ts";
import { normalizeOp } from "./normalize/op.ts";
import { reluOp } from "./relu/op.ts";
import { relu6Op } from "./relu6/op.ts";
import { sigmoidOp } from "./sigmoid/op.ts";
import { transposedConv2dOp } from "./transposedConv2d/op.ts";
import { upsampleNearestOp } from "./upsample/op.ts";
import { upsampleBilinearOp } from "./upsampleBilinear/op.ts";

/** Every op there is. Each executor's kernel table has exactly these names, or it does not compile. */
export const OPS = {
  add: addOp,
  batchNorm: batchNormOp,
  bias: biasOp,
  conv2d: conv2dOp,
  cornerPool: cornerPoolOp,
  depthwiseConv2d: depthwiseConv2dOp,
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
