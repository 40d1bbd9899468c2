import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";

/**
 * Doubles height and width by repeating each cell.
 *
 *     y[i, j, c] = x[⌊i / 2⌋, ⌊j / 2⌋, c]
 */
export const upsampleNearestOp: Op = {
  name: "upsampleNearest",
  shape(inputs) {
    expectShape(inputs.length === 1, "upsampleNearest", "one input", ...inputs);
    const [, height, width, channels] = inputs[0];
    return shapeOf(2 * height, 2 * width, channels);
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function upsampleNearest(x: Value, scope: Scope): Value {
  return x.builder.apply(upsampleNearestOp, [x], scope, {});
}
