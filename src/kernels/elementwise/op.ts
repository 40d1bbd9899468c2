import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";
import { sameShape } from "../../tensor.ts";

/**
 * Sum of two maps of one shape.
 *
 *     y = a + b
 */
export const addOp: Op = {
  name: "add",
  shape(inputs) {
    expectShape(
      inputs.length === 2 && sameShape(inputs[0], inputs[1]),
      "add",
      "two maps of one shape",
      ...inputs,
    );
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function add(a: Value, b: Value, scope: Scope): Value {
  return a.builder.apply(addOp, [a, b], scope, {});
}
