import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";
import { type Window, windowCells, windowOutput } from "../window.ts";

export interface MaxPoolAttributes extends Window {
  /**
   * What the padding holds: minus infinity, so that it is ignored, or zeros, which win over negative cells. Networks
   * that pad in a separate layer have zeros.
   */
  readonly outside: "ignored" | "zero";
}

/** The largest value in each window. A window of one cell at stride s takes every s-th cell. */
export const maxPoolOp: Op<MaxPoolAttributes> = {
  name: "maxPool",
  family: "pooling",
  formula: "y[i, j, c] = max over u, v of x[i·stride + u − top, j·stride + v − left, c]",
  shape(inputs, attributes) {
    expectShape(inputs.length === 1, "maxPool", "one input", ...inputs);
    const { kernel, padding } = attributes;
    const widest = Math.max(padding.top, padding.left, padding.bottom, padding.right);
    expectShape(widest < kernel, "maxPool", `padding below the window's side ${kernel}`, [widest]);
    const [, height, width, channels] = inputs[0];
    return shapeOf(...windowOutput("maxPool", height, width, attributes), channels);
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: windowCells,
};

export function maxPool(x: Value, scope: Scope, attributes: MaxPoolAttributes): Value {
  return x.builder.apply(maxPoolOp, [x], scope, attributes);
}
