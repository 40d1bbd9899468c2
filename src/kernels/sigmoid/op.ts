import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";

/**
 * Logistic function: a logit becomes a probability.
 *
 *     y = 1 / (1 + exp(−x))
 */
export const sigmoidOp: Op = {
  name: "sigmoid",
  shape(inputs) {
    expectShape(inputs.length === 1, "sigmoid", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function sigmoid(x: Value, scope: Scope): Value {
  return x.builder.apply(sigmoidOp, [x], scope, {});
}
