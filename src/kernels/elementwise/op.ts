import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op, READS_SAME_CELL } from "../../graph/op.ts";
import { sameShape } from "../../tensor.ts";

/** Sum of two maps of the same shape. */
export const addOp: Op = {
  name: "add",
  family: "sum",
  formula: "y = a + b",
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
  cellsRead: READS_SAME_CELL,
};

export function add(a: Value, b: Value, scope: Scope): Value {
  return a.builder.apply(addOp, [a, b], scope, {});
}

/** Adds one number per channel. Parameter: `bias` [channels]. */
export const biasOp: Op = {
  name: "bias",
  family: "elementwise",
  formula: "y[i, j, c] = x[i, j, c] + bias[c]",
  shape(inputs) {
    expectShape(inputs.length === 1, "bias", "one input", ...inputs);
    return inputs[0];
  },
  parameters: ([[, , , channels]]) => ({ bias: { shape: [channels] } }),
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function bias(x: Value, scope: Scope): Value {
  return x.builder.apply(biasOp, [x], scope, {});
}

/** Rectified linear unit. */
export const reluOp: Op = {
  name: "relu",
  family: "elementwise",
  formula: "y = max(x, 0)",
  shape(inputs) {
    expectShape(inputs.length === 1, "relu", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function relu(x: Value, scope: Scope): Value {
  return x.builder.apply(reluOp, [x], scope, {});
}

/** Rectified linear unit with a ceiling (MobileNetV2, arXiv:1801.04381). */
export const relu6Op: Op = {
  name: "relu6",
  family: "elementwise",
  formula: "y = min(max(x, 0), 6)",
  shape(inputs) {
    expectShape(inputs.length === 1, "relu6", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function relu6(x: Value, scope: Scope): Value {
  return x.builder.apply(relu6Op, [x], scope, {});
}

/** Logistic function, which turns a logit into a probability. */
export const sigmoidOp: Op = {
  name: "sigmoid",
  family: "elementwise",
  formula: "y = 1 / (1 + exp(−x))",
  shape(inputs) {
    expectShape(inputs.length === 1, "sigmoid", "one input", ...inputs);
    return inputs[0];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function sigmoid(x: Value, scope: Scope): Value {
  return x.builder.apply(sigmoidOp, [x], scope, {});
}
