import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, type Op } from "../../graph/op.ts";

/**
 * Adds one number a channel. Parameter: `bias` [channels].
 *
 *     y[i, j, c] = x[i, j, c] + bias[c]
 */
export const biasOp: Op = {
  name: "bias",
  shape(inputs) {
    expectShape(inputs.length === 1, "bias", "one input", ...inputs);
    return inputs[0];
  },
  parameters: ([[, , , channels]]) => ({ bias: { shape: [channels] } }),
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function bias(x: Value, scope: Scope): Value {
  return x.builder.apply(biasOp, [x], scope, {});
}
