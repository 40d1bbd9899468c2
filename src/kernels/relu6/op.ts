import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";

/**
 * Rectified linear unit with a ceiling (MobileNetV2, arXiv:1801.04381).
 *
 *     y = min(max(x, 0), 6)
 */
export const relu6Op: Op = {
  name: "relu6",
  shape(inputs) {
    expectShape(inputs.length === 1, "relu6", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function relu6(x: Value, scope: Scope): Value {
  return x.builder.apply(relu6Op, [x], scope, {});
}
