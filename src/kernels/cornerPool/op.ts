import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { type CellRange, NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op, SAME_CELL } from "../../graph/op.ts";

/** Named after where the largest values move to: `top` looks down from each cell, `left` looks to the right. */
export const POOL_DIRECTIONS = ["top", "bottom", "left", "right"] as const;
export type PoolDirection = (typeof POOL_DIRECTIONS)[number];

export interface CornerPoolAttributes {
  readonly direction: PoolDirection;
}

/**
 * Corner pooling (Law & Deng, arXiv:1808.01244, section 3.4; `_cpools/src/*.cpp` of CornerNet): the largest value from
 * each cell to the end of its column or row. A NaN spreads to every cell whose range includes it.
 */
export const cornerPoolOp: Op<CornerPoolAttributes> = {
  name: "cornerPool",
  family: "pooling",
  formula: [
    "top:    y[i, j, c] = max over k ≥ i of x[k, j, c]",
    "bottom: y[i, j, c] = max over k ≤ i of x[k, j, c]",
    "left:   y[i, j, c] = max over k ≥ j of x[i, k, c]",
    "right:  y[i, j, c] = max over k ≤ j of x[i, k, c]",
  ].join("\n"),
  shape(inputs) {
    expectShape(inputs.length === 1, "cornerPool", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead({ direction }) {
    const { down, right } = POOL_STEPS[direction];
    return { rows: towards(down), columns: towards(right) };
  },
};

export function cornerPool(x: Value, scope: Scope, direction: PoolDirection): Value {
  return x.builder.apply(cornerPoolOp, [x], scope, { direction });
}

/** The step from a cell to the next one in its range. */
export const POOL_STEPS = {
  top: { down: 1, right: 0 },
  bottom: { down: -1, right: 0 },
  left: { down: 0, right: 1 },
  right: { down: 0, right: -1 },
} as const satisfies Record<PoolDirection, { readonly down: number; readonly right: number }>;

/** From a cell to the map's end on one side; the cell alone for step 0. */
function towards(step: -1 | 0 | 1): CellRange {
  if (step === 0) return SAME_CELL;
  return { step: 1, ranges: [step > 0 ? [0, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, 0]] };
}
