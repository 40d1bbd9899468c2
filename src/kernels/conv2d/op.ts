import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import type { Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";
import { type Window, windowOutput } from "../window.ts";

export interface Conv2dAttributes extends Window {
  /** Output channels. */
  readonly channels: number;
}

/**
 * Convolution over all input channels, without bias. Parameter: `kernel` [k, k, inputChannels, channels].
 *
 *     y[i, j, o] = Σ over u, v, c of x[i·stride + u − top, j·stride + v − left, c] · kernel[u, v, c, o]
 *
 * where x outside the map is 0.
 */
export const conv2dOp: Op<Conv2dAttributes> = {
  name: "conv2d",
  kernelOutputAxis: 3,
  shape(inputs, attributes) {
    expectShape(inputs.length === 1, "conv2d", "one input", ...inputs);
    const [, height, width] = inputs[0];
    return shapeOf(...windowOutput("conv2d", height, width, attributes), attributes.channels);
  },
  parameters: ([[, , , inputChannels]], { kernel, channels }) => ({
    kernel: { shape: [kernel, kernel, inputChannels, channels] },
  }),
  multiplyAdds: ([[, , , inputChannels]], { kernel }, [, height, width, channels]) =>
    height * width * channels * kernel * kernel * inputChannels,
};

export function conv2d(x: Value, scope: Scope, attributes: Conv2dAttributes): Value {
  return x.builder.apply(conv2dOp, [x], scope, attributes);
}
