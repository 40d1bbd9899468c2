import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op, READS_SAME_CELL } from "../../graph/op.ts";
import { type Shape, shapeOf } from "../../tensor.ts";

/** A GPU's kernel binds no more buffers than eight, of which the output is one. */
const MAX_CONCATENATED = 7;

/** The channels of all inputs, one input after the other. All have the same height and width. */
export const concatenateOp: Op = {
  name: "concatenate",
  family: "elementwise",
  formula: "y[i, j] = (a[i, j], b[i, j], …)",
  shape(inputs) {
    const [first] = inputs;
    const fits =
      inputs.length >= 1 &&
      inputs.length <= MAX_CONCATENATED &&
      inputs.every((shape) => shape[1] === first[1] && shape[2] === first[2]);
    expectShape(fits, "concatenate", `1 to ${MAX_CONCATENATED} maps of one height and width`, ...inputs);
    const channels = inputs.reduce((sum, shape) => sum + shape[3], 0);
    return shapeOf(first[1], first[2], channels);
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

/** The output channel with which each input begins. */
export function firstChannels(inputs: readonly Shape[]): number[] {
  let next = 0;
  return inputs.map(([, , , channels]) => {
    const first = next;
    next += channels;
    return first;
  });
}

export function concatenate(values: readonly Value[], scope: Scope): Value {
  return values[0].builder.apply(concatenateOp, values, scope, {});
}
