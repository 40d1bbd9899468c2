import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";

export interface NormalizeAttributes {
  /** One number a channel of the output. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/**
 * Brings pixels (0 to 255) into the range that a network was trained on.
 *
 *     y[i, j, c] = x[i, j, c] · scale[c] + offset[c]
 */
export const normalizeOp: Op<NormalizeAttributes> = {
  name: "normalize",
  shape(inputs, { scale, offset }) {
    expectShape(
      inputs.length === 1 && inputs[0][3] === scale.length && inputs[0][3] === offset.length,
      "normalize",
      `one input of ${scale.length} channels`,
      ...inputs,
    );
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
};

export function normalize(x: Value, scope: Scope, attributes: NormalizeAttributes): Value {
  return x.builder.apply(normalizeOp, [x], scope, attributes);
}
