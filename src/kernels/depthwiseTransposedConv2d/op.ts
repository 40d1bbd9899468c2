import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import type { Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";
import { spreadCells, spreadOutput } from "../transposedConv2d/op.ts";
import type { Window } from "../window.ts";

/**
 * Transposed convolution of each channel separately, without bias: a cell of x spreads over a window of the output, and
 * neighboring windows are `stride` cells apart. `padding` is cut off the result. Parameter: `kernel`
 * [k, k, channels, 1]. Terms outside the output are dropped.
 */
export const depthwiseTransposedConv2dOp: Op<Window> = {
  name: "depthwiseTransposedConv2d",
  family: "upsampling",
  formula: [
    "y[i·stride + u − top, j·stride + v − left, c] += x[i, j, c] · kernel[u, v, c, 0]",
    "for every i, j, u, v",
  ].join("\n"),
  kernelOutputAxis: 2,
  shape(inputs, attributes) {
    expectShape(inputs.length === 1, "depthwiseTransposedConv2d", "one input", ...inputs);
    const [, height, width, channels] = inputs[0];
    return shapeOf(...spreadOutput("depthwiseTransposedConv2d", height, width, attributes), channels);
  },
  parameters: ([[, , , channels]], { kernel }) => ({ kernel: { shape: [kernel, kernel, channels, 1] } }),
  multiplyAdds: ([[, height, width, channels]], { kernel }) => height * width * channels * kernel * kernel,
  cellsRead: spreadCells,
};

export function depthwiseTransposedConv2d(x: Value, scope: Scope, attributes: Window): Value {
  return x.builder.apply(depthwiseTransposedConv2dOp, [x], scope, attributes);
}
