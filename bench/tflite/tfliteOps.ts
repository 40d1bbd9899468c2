/** The ops of this project as calls of TFLite's operators. Both have maps in NHWC. */
import type { Activation } from "../../src/graph/op.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "../../src/kernels/cornerPool/op.ts";
import type { MaxPoolAttributes } from "../../src/kernels/maxPool/op.ts";
import type { NormalizeAttributes } from "../../src/kernels/normalize/op.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { type Padding, samePadding, type Window } from "../../src/kernels/window.ts";
import type { Parameter, Shape } from "../../src/tensor.ts";
import { transposed } from "../layouts.ts";
import type { TensorIndex, TfliteBuilder } from "./tfliteGraph.ts";

/** A parameter whose numbers are computed when they are written. */
export interface TfliteParameter {
  readonly shape: readonly number[];
  data(): Parameter["data"];
}

/** A call of one of this project's ops. */
export interface TfliteCall<Attributes extends object = object> {
  readonly builder: TfliteBuilder;
  readonly name: string;
  readonly inputs: readonly TensorIndex[];
  readonly inputShapes: readonly Shape[];
  readonly output: Shape;
  readonly attributes: Attributes;
  readonly parameters: Readonly<Record<string, TfliteParameter>>;
  /** For the operators that can run it: see `FUSED`. */
  readonly activation: Activation | "none";
}

/** The ops whose operator runs the activation too, as TFLite's converters have it. */
export const FUSED: readonly OpName[] = ["add", "conv2d", "depthwiseConv2d"];

type TfliteOp<Attributes extends object> = (call: TfliteCall<Attributes>) => TensorIndex;

/** An op that is missing cannot be said in TFLite without operators of one's own, or is folded before. */
export const TFLITE_OPS = {
  add: (call: TfliteCall) =>
    call.builder.call("ADD", call.inputs, call.name, call.output, [ACTIVATION[call.activation]]),
  bias: ({ builder, name, inputs, output, parameters: { bias } }: TfliteCall) => {
    return builder.call(
      "ADD",
      [inputs[0], builder.tensor(`${name}/bias`, bias.shape, bias)],
      name,
      output,
      [0],
    );
  },
  concatenate: ({ builder, name, inputs, output }: TfliteCall) =>
    builder.call("CONCATENATION", inputs, name, output, [3]),
  conv2d: (call: TfliteCall<Window>) => {
    const { builder, name, output, attributes, parameters, activation } = call;
    const { kernel } = parameters;
    const [height, width, inputChannels, channels] = kernel.shape;
    const data = () => transposed(kernel.data(), height * width * inputChannels, channels);
    const weights = builder.tensor(`${name}/kernel`, [channels, height, width, inputChannels], { data });
    const { input, padding } = padded(call);
    const options = [padding, attributes.stride, attributes.stride, ACTIVATION[activation]];
    return builder.call("CONV_2D", [input, weights, biasOf(call, channels)], name, output, options);
  },
  cornerPool,
  depthwiseConv2d: (call: TfliteCall<Window>) => {
    const { builder, name, output, attributes, parameters, activation } = call;
    const [height, width, channels] = parameters.kernel.shape;
    const weights = builder.tensor(`${name}/kernel`, [1, height, width, channels], parameters.kernel);
    const { input, padding } = padded(call);
    const options = [padding, attributes.stride, attributes.stride, 1, ACTIVATION[activation]];
    return builder.call("DEPTHWISE_CONV_2D", [input, weights, biasOf(call, channels)], name, output, options);
  },
  maxPool: (call: TfliteCall<MaxPoolAttributes>) => {
    const { kernel, stride, outside } = call.attributes;
    const { input, padding } = padded(call, outside === "ignored" ? LOWEST : 0);
    const options = [padding, stride, stride, kernel, kernel];
    return call.builder.call("MAX_POOL_2D", [input], call.name, call.output, options);
  },
  normalize,
  relu: ({ builder, name, inputs, output }: TfliteCall) => builder.call("RELU", inputs, name, output),
  relu6: ({ builder, name, inputs, output }: TfliteCall) => builder.call("RELU6", inputs, name, output),
  sigmoid: ({ builder, name, inputs, output }: TfliteCall) => builder.call("LOGISTIC", inputs, name, output),
  transposedConv2d,
  // half_pixel_centers
  upsampleBilinear: (call: TfliteCall) => resized(call, "RESIZE_BILINEAR", [undefined, undefined, 0, 1]),
  upsampleNearest: (call: TfliteCall) => resized(call, "RESIZE_NEAREST_NEIGHBOR", [0, 0]),
} satisfies Partial<Record<OpName, TfliteOp<never>>>;

/** Values of the schema's enumerations. */
export const ACTIVATION = { none: 0, relu: 1, relu6: 3 } as const;
const [SAME, VALID] = [0, 1];

/** Below every finite float32. */
const LOWEST = -3.4028234663852886e38;

/**
 * The input of a window, and the padding's kind. What TensorFlow calls SAME needs no operator; any other padding is one of
 * its own, which XNNPACK merges into the convolution.
 */
function padded(
  { builder, name, inputs, inputShapes, attributes }: TfliteCall<Window>,
  outside = 0,
): { input: TensorIndex; padding: number } {
  const [input] = inputs;
  const [, height, width, channels] = inputShapes[0];
  const { kernel, stride, padding } = attributes;
  const { top, left, bottom, right } = padding;
  if (Math.max(top, left, bottom, right) === 0) return { input, padding: VALID };
  const ignored = (attributes as Partial<MaxPoolAttributes>).outside !== "zero";
  if (ignored && samePads(padding, samePadding(height, width, kernel, stride)))
    return { input, padding: SAME };
  const sides = [0, 0, top, bottom, left, right, 0, 0];
  const shape = [1, height + top + bottom, width + left + right, channels];
  return { input: pad(builder, input, `${name}/pad`, sides, shape, outside), padding: VALID };
}

function pad(
  builder: TfliteBuilder,
  input: TensorIndex,
  name: string,
  sides: readonly number[],
  shape: readonly number[],
  value: number,
): TensorIndex {
  const places = builder.integers(`${name}/sides`, sides, [4, 2]);
  if (value === 0) return builder.call("PAD", [input, places], name, shape);
  return builder.call("PADV2", [input, places, builder.floats(`${name}/value`, [value], [])], name, shape);
}

function samePads(a: Padding, b: Padding): boolean {
  return a.top === b.top && a.left === b.left && a.bottom === b.bottom && a.right === b.right;
}

/** Some kernels of TFLite want a bias. */
function biasOf({ builder, name, parameters: { bias } }: TfliteCall, channels: number): TensorIndex {
  if (bias) return builder.tensor(`${name}/bias`, bias.shape, bias);
  return builder.floats(`${name}/bias`, new Array(channels).fill(0));
}

/** TFLite has no running maximum: see `cornerPool` of src/export/onnx/onnxOps.ts. A shift is a slice with a padding behind it. */
function cornerPool({
  builder,
  name,
  inputs,
  output,
  attributes,
}: TfliteCall<CornerPoolAttributes>): TensorIndex {
  const { down, right } = POOL_STEPS[attributes.direction];
  const [, height, width, channels] = output;
  const reach = down === 0 ? width : height;
  if (reach <= 1) return unchanged(builder, inputs[0], name, output);
  let value = inputs[0];
  for (let apart = 1; apart < reach; apart *= 2) {
    const [rows, columns] = [down * apart, right * apart];
    const size = [1, height - Math.abs(rows), width - Math.abs(columns), channels];
    const at = `${name}/${apart}`;
    const begin = builder.integers(`${at}/begin`, [0, Math.max(rows, 0), Math.max(columns, 0), 0]);
    const slice = builder.call(
      "SLICE",
      [value, begin, builder.integers(`${at}/size`, size)],
      `${at}/slice`,
      size,
    );
    const before = [Math.max(-rows, 0), Math.max(-columns, 0)];
    const behind = [Math.max(rows, 0), Math.max(columns, 0)];
    const sides = [0, 0, before[0], behind[0], before[1], behind[1], 0, 0];
    const shifted = pad(builder, slice, `${at}/shift`, sides, output, LOWEST);
    value = builder.call("MAXIMUM", [value, shifted], 2 * apart < reach ? `${at}/max` : name, output);
  }
  return value;
}

/** Steps that change nothing are left out. */
function normalize(call: TfliteCall<NormalizeAttributes>): TensorIndex {
  const { builder, name, inputs, output, attributes } = call;
  const { order, mean, scale, divisor, offset } = attributes;
  let value = inputs[0];
  if (order.some((from, to) => from !== to)) {
    const channels = builder.integers(`${name}/order`, order);
    value = builder.call("GATHER", [value, channels], `${name}/gather`, output, [3]);
  }
  const step = (operator: "SUB" | "DIV" | "MUL" | "ADD", numbers: readonly number[], neutral: number) => {
    if (numbers.every((number) => number === neutral)) return;
    const at = `${name}/${operator}`;
    value = builder.call(operator, [value, builder.floats(`${at}/numbers`, numbers)], at, output, [0]);
  };
  step("SUB", mean, 0);
  if (divisor) step("DIV", divisor, 1);
  else step("MUL", scale, 1);
  step("ADD", offset, 0);
  return value === inputs[0] ? unchanged(builder, value, name, output) : value;
}

/** Each value has a name of its own. */
function unchanged(builder: TfliteBuilder, value: TensorIndex, name: string, shape: Shape): TensorIndex {
  return builder.call("MAXIMUM", [value, value], name, shape);
}

/** The output of a padding other than SAME is cut out of the whole one. */
function transposedConv2d(call: TfliteCall<Window>): TensorIndex {
  const { builder, name, inputs, inputShapes, output, attributes, parameters } = call;
  const { kernel: data } = parameters;
  const { kernel, stride, padding } = attributes;
  const [, height, width] = inputShapes[0];
  const [rows, columns, channels, inputChannels] = data.shape;
  const numbers = () => outputsFirst(data.data(), rows * columns, channels, inputChannels);
  const weights = builder.tensor(`${name}/kernel`, [channels, rows, columns, inputChannels], {
    data: numbers,
  });
  const same = samePads(padding, samePadding(height * stride, width * stride, kernel, stride));
  const isSame = same && kernel > stride;
  const whole = [1, (height - 1) * stride + kernel, (width - 1) * stride + kernel, channels];
  const isWhole = Object.values(padding).every((side) => side === 0);
  const shape = isSame || isWhole ? output : whole;
  const value = builder.call(
    "TRANSPOSE_CONV",
    [builder.integers(`${name}/shape`, shape), weights, inputs[0], biasOf(call, channels)],
    shape === output ? name : `${name}/whole`,
    shape,
    [isSame ? SAME : VALID, stride, stride],
  );
  if (shape === output) return value;
  const begin = builder.integers(`${name}/begin`, [0, padding.top, padding.left, 0]);
  return builder.call("SLICE", [value, begin, builder.integers(`${name}/size`, output)], name, output);
}

/** [cells, outputs, inputs] → [outputs, cells, inputs]. */
function outputsFirst(data: Float32Array, cells: number, outputs: number, inputs: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let cell = 0; cell < cells; cell++) {
    for (let output = 0; output < outputs; output++) {
      const from = (cell * outputs + output) * inputs;
      result.set(data.subarray(from, from + inputs), (output * cells + cell) * inputs);
    }
  }
  return result;
}

function resized(
  { builder, name, inputs, output }: TfliteCall,
  operator: "RESIZE_BILINEAR" | "RESIZE_NEAREST_NEIGHBOR",
  options: readonly (number | undefined)[],
): TensorIndex {
  const size = builder.integers(`${name}/size`, output.slice(1, 3));
  return builder.call(operator, [inputs[0], size], name, output, options);
}
