import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";

/** Named after where the largest values move to: `top` looks down from each cell, `left` looks to the right. */
export const POOL_DIRECTIONS = ["top", "bottom", "left", "right"] as const;
export type PoolDirection = (typeof POOL_DIRECTIONS)[number];

export interface CornerPoolAttributes {
  readonly direction: PoolDirection;
}

/**
 * Corner pooling (Law & Deng, arXiv:1808.01244, section 3.4; `_cpools/src/*.cpp` of CornerNet): the largest value from
 * each cell to the end of its column or row. A NaN spreads to every cell whose range includes it.
 *
 *     top:    y[i, j, c] = max over k ≥ i of x[k, j, c]        left:  y[i, j, c] = max over k ≥ j of x[i, k, c]
 *     bottom: y[i, j, c] = max over k ≤ i of x[k, j, c]        right: y[i, j, c] = max over k ≤ j of x[i, k, c]
 */
export const cornerPoolOp: Op<CornerPoolAttributes> = {
  name: "cornerPool",
  shape(inputs) {
    expectShape(inputs.length === 1, "cornerPool", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
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
