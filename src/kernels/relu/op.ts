import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";

/**
 * Rectified linear unit.
 *
 *     y = max(x, 0)
 */
export const reluOp: Op = {
  name: "relu",
  shape(inputs) {
    expectShape(inputs.length === 1, "relu", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function relu(x: Value, scope: Scope): Value {
  return x.builder.apply(reluOp, [x], scope, {});
}
