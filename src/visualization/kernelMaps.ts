/** The weights of a convolution as maps, which `activationGrid` draws. */
import { UsageError } from "../errors.ts";
import type { Parameter, Tensor } from "../tensor.ts";

const DEPTHWISE = ["depthwiseConv2d", "depthwiseTransposedConv2d"];
const DENSE = ["conv2d", "deformConv2d", "transposedConv2d"];

/**
 * A kernel as a map of its height and width with a channel for each input of one output; of a depthwise convolution, for
 * each of its channels, and `output` has no meaning. A kernel of 1 x 1 has no such form: it is one map with a row for each
 * output and a column for each input, whatever `output` is.
 *
 * @throws UsageError for a kernel of another op, or an output that it lacks.
 */
export function kernelMaps(op: string, { shape, data }: Parameter, output = 0): Tensor {
  const [height, width, third, fourth] = shape;
  if (DEPTHWISE.includes(op)) return { shape: [1, height, width, third], data };
  if (!DENSE.includes(op)) {
    throw new UsageError({ where: "kernelMaps", expected: "the kernel of a convolution", got: op });
  }
  const transposed = op === "transposedConv2d";
  const [inputs, outputs] = transposed ? [fourth, third] : [third, fourth];
  const at = (place: number, input: number, channel: number) =>
    transposed
      ? data[(place * outputs + channel) * inputs + input]
      : data[(place * inputs + input) * outputs + channel];
  if (height * width === 1) {
    const matrix = Float32Array.from({ length: outputs * inputs }, (_, index) =>
      at(0, index % inputs, Math.floor(index / inputs)),
    );
    return { shape: [1, outputs, inputs, 1], data: matrix };
  }
  if (!(Number.isInteger(output) && output >= 0 && output < outputs)) {
    const expected = `an output below ${outputs}`;
    throw new UsageError({ where: "kernelMaps", expected, got: String(output) });
  }
  const maps = Float32Array.from({ length: height * width * inputs }, (_, index) =>
    at(Math.floor(index / inputs), index % inputs, output),
  );
  return { shape: [1, height, width, inputs], data: maps };
}
