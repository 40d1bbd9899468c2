import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import { type CellRange, NO_MULTIPLY_ADDS, NO_PARAMETERS, type Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";

/** Doubles height and width by repeating each cell. */
export const upsampleNearestOp: Op = {
  name: "upsampleNearest",
  family: "upsampling",
  formula: "y[i, j, c] = x[⌊i / 2⌋, ⌊j / 2⌋, c]",
  shape(inputs) {
    expectShape(inputs.length === 1, "upsampleNearest", "one input", ...inputs);
    const [, height, width, channels] = inputs[0];
    return shapeOf(2 * height, 2 * width, channels);
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: () => ({ rows: REPEATED, columns: REPEATED }),
};

/** Two output cells for each input cell. */
const REPEATED: CellRange = {
  step: 1,
  ranges: [
    [0, 0],
    [0, 0],
  ],
};

export function upsampleNearest(x: Value, scope: Scope): Value {
  return x.builder.apply(upsampleNearestOp, [x], scope, {});
}

/**
 * Doubles height and width bilinearly with half-pixel centers (TensorFlow's `half_pixel_centers`). An output cell lies a
 * quarter of a cell before or behind the center of its source cell, so it blends that cell with the neighbor.
 */
export const upsampleBilinearOp: Op = {
  name: "upsampleBilinear",
  family: "upsampling",
  formula: [
    "y[i] = 3/4 · x[⌊i / 2⌋] + 1/4 · x[⌊i / 2⌋ − 1 for even i, + 1 for odd i, clamped to the map]",
    "along rows, then along columns",
  ].join("\n"),
  shape(inputs) {
    expectShape(inputs.length === 1, "upsampleBilinear", "one input", ...inputs);
    const [, height, width, channels] = inputs[0];
    return shapeOf(2 * height, 2 * width, channels);
  },
  parameters: NO_PARAMETERS,
  multiplyAdds: NO_MULTIPLY_ADDS,
  cellsRead: () => ({ rows: BLENDED, columns: BLENDED }),
};

const BLENDED: CellRange = {
  step: 1,
  ranges: [
    [-1, 0],
    [0, 1],
  ],
};

export function upsampleBilinear(x: Value, scope: Scope): Value {
  return x.builder.apply(upsampleBilinearOp, [x], scope, {});
}
