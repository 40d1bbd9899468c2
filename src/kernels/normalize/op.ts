import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op, READS_SAME_CELL } from "../../graph/op.ts";

/** Each list holds one number per output channel. */
export interface NormalizeAttributes {
  /** The input channel to read: [2, 1, 0] swaps red and blue. */
  readonly order: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** 1 / scale, if the original divides. Then `wasm` and `wgsl` divide too, so that they round as it does. */
  readonly divisor?: readonly number[];
  readonly offset: readonly number[];
}

/**
 * Converts pixels (0 to 255) to the range and channel order that a network was trained on.
 *
 * In exact arithmetic one of mean and offset would do. Both exist because float32 rounds at each step, and the original
 * networks compute either (x − m) / s or x · s − 1. For the same reason a network may state a divisor beside its scale:
 * multiplying by a rounded reciprocal would shift all pixels of a channel by the same part of their size.
 */
export const normalizeOp: Op<NormalizeAttributes> = {
  name: "normalize",
  family: "elementwise",
  formula: "y[i, j, c] = (x[i, j, order[c]] − mean[c]) · scale[c] + offset[c]",
  shape(inputs, { order, mean, scale, divisor = scale, offset }) {
    const channels = order.length;
    const fits =
      inputs.length === 1 &&
      order.every((channel) => Number.isInteger(channel) && channel >= 0 && channel < inputs[0][3]) &&
      [mean, scale, divisor, offset].every((numbers) => numbers.length === channels);
    expectShape(fits, "normalize", "one input with the channels that the lists name", ...inputs, order);
    const [batch, height, width] = inputs[0];
    return [batch, height, width, channels];
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: READS_SAME_CELL,
};

export function normalize(x: Value, scope: Scope, attributes: NormalizeAttributes): Value {
  return x.builder.apply(normalizeOp, [x], scope, attributes);
}
