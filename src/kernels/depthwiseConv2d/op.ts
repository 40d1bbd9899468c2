import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import type { Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";
import { type Window, windowCells, windowOutput } from "../window.ts";

/**
 * Convolution of each channel separately, without bias. Parameter: `kernel` [k, k, channels, 1].
 * x is 0 outside the map.
 */
export const depthwiseConv2dOp: Op<Window> = {
  name: "depthwiseConv2d",
  family: "convolution",
  formula: "y[i, j, c] = Σ over u, v of x[i·stride + u − top, j·stride + v − left, c] · kernel[u, v, c, 0]",
  kernelOutputAxis: 2,
  shape(inputs, attributes) {
    expectShape(inputs.length === 1, "depthwiseConv2d", "one input", ...inputs);
    const [, height, width, channels] = inputs[0];
    return shapeOf(...windowOutput("depthwiseConv2d", height, width, attributes), channels);
  },
  parameters: ([[, , , channels]], { kernel }) => ({ kernel: { shape: [kernel, kernel, channels, 1] } }),
  multiplyAdds: (_, { kernel }, [, height, width, channels]) => height * width * channels * kernel * kernel,
  cellsRead: windowCells,
};

export function depthwiseConv2d(x: Value, scope: Scope, attributes: Window): Value {
  return x.builder.apply(depthwiseConv2dOp, [x], scope, attributes);
}
