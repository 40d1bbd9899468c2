import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import type { CellRange, CellsRead, Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";
import type { Window } from "../window.ts";

/** `padding` is cut off the result: these rows and columns are the padding of the convolution that this one inverts. */
export interface TransposedConv2dAttributes extends Window {
  /** Output channels. */
  readonly channels: number;
}

/**
 * Transposed convolution without bias: each cell of x spreads over a window of the output, and neighboring windows are
 * `stride` cells apart. Parameter: `kernel` [k, k, channels, inputChannels], as TensorFlow stores it.
 * Terms outside the output are dropped.
 */
export const transposedConv2dOp: Op<TransposedConv2dAttributes> = {
  name: "transposedConv2d",
  family: "upsampling",
  formula: [
    "y[i·stride + u − top, j·stride + v − left, o] += Σ over c of x[i, j, c] · kernel[u, v, o, c]",
    "for every i, j, u, v",
  ].join("\n"),
  kernelOutputAxis: 2,
  shape(inputs, attributes) {
    expectShape(inputs.length === 1, "transposedConv2d", "one input", ...inputs);
    const [, height, width] = inputs[0];
    return shapeOf(...spreadOutput("transposedConv2d", height, width, attributes), attributes.channels);
  },
  parameters: ([[, , , inputChannels]], { kernel, channels }) => ({
    kernel: { shape: [kernel, kernel, channels, inputChannels] },
  }),
  multiplyAdds: ([[, height, width, inputChannels]], { kernel, channels }) =>
    height * width * inputChannels * kernel * kernel * channels,
  cellsRead: spreadCells,
};

/**
 * Height and width of the output if each cell of a map of this height and width spreads over a window.
 *
 * @throws UsageError if the padding cuts all of it off.
 */
export function spreadOutput(op: string, height: number, width: number, window: Window): [number, number] {
  const { kernel, stride, padding } = window;
  const rows = (height - 1) * stride + kernel - padding.top - padding.bottom;
  const columns = (width - 1) * stride + kernel - padding.left - padding.right;
  expectShape(rows >= 1 && columns >= 1, op, "an output of at least 1x1", [rows, columns]);
  return [rows, columns];
}

/** What an output cell reads if the cells of a map spread over windows. */
export function spreadCells({ kernel, stride, padding }: Window): CellsRead {
  return {
    rows: spreadTo(kernel, stride, padding.top),
    columns: spreadTo(kernel, stride, padding.left),
  };
}

/** The cells i with output = i · stride + u − before for some u of the window. */
function spreadTo(kernel: number, stride: number, before: number): CellRange {
  const ranges = Array.from({ length: stride }, (_, output): [number, number] => [
    Math.ceil((output + before - kernel + 1) / stride),
    Math.floor((output + before) / stride),
  ]);
  return { step: 1, ranges };
}

export function transposedConv2d(x: Value, scope: Scope, attributes: TransposedConv2dAttributes): Value {
  return x.builder.apply(transposedConv2dOp, [x], scope, attributes);
}
