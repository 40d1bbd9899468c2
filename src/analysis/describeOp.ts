/** What an op is, for readers. */
import { UsageError } from "../errors.ts";
import type { OpFamily } from "../graph/op.ts";
import { OPS } from "../kernels/ops.ts";
import { unknownName } from "../support/unknownName.ts";

export interface OpDescription {
  readonly name: string;
  /** What it does, for pictures and sums of times. */
  readonly family: OpFamily;
  /** What it computes: y from x, or from a and b. It may have several lines. */
  readonly formula: string;
}

/**
 * The op of a node or of a part of its epilogue, by name.
 *
 * @throws UsageError for an unknown name.
 */
export function describeOp(name: string): OpDescription {
  if (!Object.hasOwn(OPS, name)) {
    const names = Object.keys(OPS);
    throw new UsageError(unknownName({ where: "describeOp", expected: "an op's name", name, names }));
  }
  const { family, formula } = OPS[name as keyof typeof OPS];
  return { name, family, formula };
}
