import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, type Op, READS_SAME_CELL } from "../../graph/op.ts";

export interface BatchNormAttributes {
  readonly epsilon: number;
}

/**
 * Batch normalization at inference (Ioffe & Szegedy, arXiv:1502.03167), with the statistics from training.
 * Parameters: `gamma`, `beta`, `mean`, `variance`, each [channels].
 */
export const batchNormOp: Op<BatchNormAttributes> = {
  name: "batchNorm",
  family: "elementwise",
  formula: "y[i, j, c] = gamma[c] · (x[i, j, c] − mean[c]) / √(variance[c] + epsilon) + beta[c]",
  shape(inputs) {
    expectShape(inputs.length === 1, "batchNorm", "one input", ...inputs);
    return inputs[0];
  },
  parameters: ([[, , , channels]]) => ({
    gamma: { shape: [channels] },
    beta: { shape: [channels] },
    mean: { shape: [channels], trainable: false },
    variance: { shape: [channels], trainable: false },
  }),
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function batchNorm(x: Value, scope: Scope, attributes: BatchNormAttributes): Value {
  return x.builder.apply(batchNormOp, [x], scope, attributes);
}
