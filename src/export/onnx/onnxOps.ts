import type { Epilogue } from "../../graph/op.ts";
import type { BatchNormAttributes } from "../../kernels/batchNorm/op.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "../../kernels/cornerPool/op.ts";
import type { MaxPoolAttributes } from "../../kernels/maxPool/op.ts";
import type { NormalizeAttributes } from "../../kernels/normalize/op.ts";
import type { OpName } from "../../kernels/ops.ts";
import type { TransposedConv2dAttributes } from "../../kernels/transposedConv2d/op.ts";
import { padAll, type Window } from "../../kernels/window.ts";
import type { Shape } from "../../tensor.ts";
import { deformedSamples } from "./deformedSamples.ts";
import type { OnnxBuilder, OnnxNode } from "./onnxGraph.ts";

/** A parameter whose numbers are computed when they are written. */
export interface OnnxParameter {
  readonly name: string;
  readonly shape: readonly number[];
  data(): Float32Array;
}

/** A call of one of this project's ops, to be expressed in ONNX ops. Maps are [1, channels, height, width] there. */
export interface OnnxCall<Attributes extends object = object> {
  readonly builder: OnnxBuilder;
  /** ONNX names of the inputs, without a residual. */
  readonly inputs: readonly string[];
  /** Shapes of the inputs in this project's layout, in the same order. */
  readonly inputShapes: readonly Shape[];
  readonly output: Shape;
  readonly attributes: Attributes;
  readonly parameters: Readonly<Record<string, OnnxParameter>>;
}

/** Adds nodes and returns the name of the output, before any residual sum and activation. */
type OnnxOp<Attributes extends object> = (call: OnnxCall<Attributes>) => string;

/** The table is total: an op without an ONNX form is a compile error. */
export const ONNX_OPS = {
  add: ({ builder, inputs }) => builder.node("Add", inputs),
  batchNorm,
  bias: ({ builder, inputs, parameters: { bias } }) => {
    // In a shape that broadcasts to maps.
    const values = parameterTensor(builder, bias, [bias.shape[0], 1, 1]);
    return builder.node("Add", [inputs[0], values]);
  },
  concatenate: ({ builder, inputs }) => builder.node("Concat", inputs, { axis: 1 }),
  conv2d: (call: OnnxCall<Window>) => {
    const [height, width, inputChannels, channels] = call.parameters.kernel.shape;
    const weights = kernelTensor(call, [channels, inputChannels, height, width], [3, 2, 0, 1]);
    return convolution(call, "Conv", weights);
  },
  cornerPool,
  deformConv2d: (call: OnnxCall) => {
    const [height, width, inputChannels, channels] = call.parameters.kernel.shape;
    const [x, offsets] = call.inputs;
    const samples = deformedSamples(call.builder, x, offsets, call.inputShapes[0]);
    const weights = kernelTensor(call, [channels, inputChannels * height * width, 1, 1], [3, 2, 0, 1]);
    const attributes = { kernel: 1, stride: 1, padding: padAll(0) };
    return convolution({ ...call, inputs: [samples], attributes }, "Conv", weights);
  },
  depthwiseConv2d: (call: OnnxCall<Window>) => {
    const [height, width, channels] = call.parameters.kernel.shape;
    const weights = kernelTensor(call, [channels, 1, height, width], [2, 3, 0, 1]);
    return convolution(call, "Conv", weights, channels);
  },
  depthwiseTransposedConv2d: (call: OnnxCall<Window>) => {
    const [height, width, channels] = call.parameters.kernel.shape;
    const weights = kernelTensor(call, [channels, 1, height, width], [2, 3, 0, 1]);
    return convolution(call, "ConvTranspose", weights, channels);
  },
  maxPool,
  normalize,
  relu: ({ builder, inputs }) => builder.node("Relu", inputs),
  relu6: ({ builder, inputs }) => clip(builder, inputs[0]),
  sigmoid: ({ builder, inputs }) => builder.node("Sigmoid", inputs),
  transposedConv2d: (call: OnnxCall<TransposedConv2dAttributes>) => {
    const [height, width, channels, inputChannels] = call.parameters.kernel.shape;
    const weights = kernelTensor(call, [inputChannels, channels, height, width], [3, 2, 0, 1]);
    return convolution(call, "ConvTranspose", weights);
  },
  upsampleBilinear: ({ builder, inputs }) =>
    resize(builder, inputs[0], { mode: "linear", coordinate_transformation_mode: "half_pixel" }),
  upsampleNearest: ({ builder, inputs }) =>
    resize(builder, inputs[0], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
} satisfies Record<OpName, OnnxOp<never>>;

/** The epilogue of a node here becomes separate ONNX nodes, which ONNX Runtime fuses. */
export function writeEpilogue(
  builder: OnnxBuilder,
  value: string,
  { activation }: Epilogue,
  residual: string | undefined,
): string {
  const sum = residual === undefined ? value : builder.node("Add", [value, residual]);
  if (activation === "none") return sum;
  return activation === "relu" ? builder.node("Relu", [sum]) : clip(builder, sum);
}

function convolution(
  { builder, inputs, attributes, parameters }: OnnxCall<Window>,
  opType: "Conv" | "ConvTranspose",
  weights: string,
  group = 1,
): string {
  const { bias } = parameters;
  const biases = bias ? [parameterTensor(builder, bias)] : [];
  return builder.node(opType, [inputs[0], weights, ...biases], { ...windowOf(attributes), group });
}

function batchNorm({ builder, inputs, attributes, parameters }: OnnxCall<BatchNormAttributes>): string {
  const lists = ["gamma", "beta", "mean", "variance"].map((role) =>
    parameterTensor(builder, parameters[role]),
  );
  const epsilon = { float: attributes.epsilon };
  return builder.node("BatchNormalization", [inputs[0], ...lists], { epsilon });
}

/**
 * ONNX has no running maximum. Comparing a map with itself shifted by 1, 2, 4, … cells covers a line of n cells in
 * log2(n) steps; a single pool over the line would compare each cell with all others. A shift is a padding whose other
 * side is negative.
 */
function cornerPool({ builder, inputs, inputShapes, attributes }: OnnxCall<CornerPoolAttributes>): string {
  const { down, right } = POOL_STEPS[attributes.direction];
  const [, height, width] = inputShapes[0];
  const reach = down === 0 ? width : height;
  if (reach <= 1) return builder.node("Identity", inputs);
  const outside = builder.floats([], [LOWEST]);
  let value = inputs[0];
  for (let apart = 1; apart < reach; apart *= 2) {
    const before = [0, 0, -down * apart, -right * apart];
    const behind = [0, 0, down * apart, right * apart];
    const pads = builder.integers([8], [...before, ...behind]);
    value = builder.node("Max", [value, builder.node("Pad", [value, pads, outside])]);
  }
  return value;
}

/**
 * ONNX's pools ignore their padding. If zeros outside the map count, windows that reach into the padding are compared
 * with a zero. An explicit padding with zeros before the pool would be simpler, but ONNX Runtime 1.30 merges it into the
 * pool's own padding ("pad fusion"), which is wrong if a whole window is negative.
 */
function maxPool({ builder, inputs, attributes, output, ...call }: OnnxCall<MaxPoolAttributes>): string {
  const { kernel, stride, padding, outside } = attributes;
  const pooled = builder.node("MaxPool", inputs, windowOf(attributes));
  if (outside === "ignored") return pooled;
  const [, height, width] = call.inputShapes[0];
  const [, rows, columns] = output;
  const leaves = (index: number, before: number, size: number) =>
    index * stride < before || index * stride - before + kernel > size;
  const floor = Array.from({ length: rows * columns }, (_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return leaves(row, padding.top, height) || leaves(column, padding.left, width) ? 0 : LOWEST;
  });
  return builder.node("Max", [pooled, builder.floats([1, 1, rows, columns], floor)]);
}

/** Below every finite float32. */
const LOWEST = -3.4028234663852886e38;

/** Steps that change nothing are left out. A divisor stands for the scale, as on `wasm` (normalize/op.ts). */
function normalize({ builder, inputs, attributes }: OnnxCall<NormalizeAttributes>): string {
  const { order, mean, scale, divisor, offset } = attributes;
  const channels = order.length;
  const factors = divisor ?? scale;
  const list = (numbers: readonly number[]) => builder.floats([channels, 1, 1], numbers);
  let value = inputs[0];
  if (order.some((from, to) => from !== to)) {
    value = builder.node("Gather", [value, builder.integers([channels], order)], { axis: 1 });
  }
  if (mean.some((number) => number !== 0)) value = builder.node("Sub", [value, list(mean)]);
  if (factors.some((number) => number !== 1)) {
    value = builder.node(divisor ? "Div" : "Mul", [value, list(factors)]);
  }
  if (offset.some((number) => number !== 0)) value = builder.node("Add", [value, list(offset)]);
  return value === inputs[0] ? builder.node("Identity", inputs) : value;
}

function resize(builder: OnnxBuilder, value: string, attributes: OnnxNode["attributes"]): string {
  const scales = builder.floats([4], [1, 1, 2, 2]);
  return builder.node("Resize", [value, "", scales], attributes);
}

function clip(builder: OnnxBuilder, value: string): string {
  const [low, high] = [0, 6].map((limit) => {
    return builder.tensor({
      name: `constant/${limit}`,
      type: "float32",
      dims: [],
      data: () => Float32Array.of(limit),
    });
  });
  return builder.node("Clip", [value, low, high]);
}

function parameterTensor(builder: OnnxBuilder, { name, shape, data }: OnnxParameter, dims = shape): string {
  return builder.tensor({ name, type: "float32", dims, data });
}

/** The kernel with its axes permuted: `order[0]` becomes the first. */
function kernelTensor(
  { builder, parameters: { kernel } }: OnnxCall,
  dims: readonly number[],
  order: readonly number[],
): string {
  const data = () => transposed(kernel.data(), kernel.shape, order);
  return builder.tensor({ name: kernel.name, type: "float32", dims, data });
}

function windowOf({ kernel, stride, padding }: Window) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding.top, padding.left, padding.bottom, padding.right],
  };
}

/** Permutes four axes. */
function transposed(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis]);
  const [a, b, c, d] = order.map((axis) => steps[axis]);
  const result = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < sides[0]; i++) {
    for (let j = 0; j < sides[1]; j++) {
      for (let k = 0; k < sides[2]; k++) {
        for (let l = 0; l < sides[3]; l++) result[to++] = data[i * a + j * b + k * c + l * d];
      }
    }
  }
  return result;
}
