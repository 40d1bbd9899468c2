import type { Scope, Value } from "../graph/graph.ts";
import type { Activation } from "../graph/op.ts";
import { type BatchNormAttributes, batchNorm } from "../kernels/batchNorm/op.ts";
import { conv2d } from "../kernels/conv2d/op.ts";
import { depthwiseConv2d } from "../kernels/depthwiseConv2d/op.ts";
import { bias, relu, relu6 } from "../kernels/elementwise/op.ts";
import { transposedConv2d } from "../kernels/transposedConv2d/op.ts";
import { type Padding, samePadding } from "../kernels/window.ts";

/** What follows a convolution, in this order. With folded batch norms there is only the bias. */
export interface Finish {
  readonly bias?: boolean;
  readonly batchNorm?: BatchNormAttributes;
  readonly activation?: Activation;
}

export interface ConvolutionOptions extends Finish {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Default: TensorFlow's SAME, which depends on the map's size. */
  readonly padding?: Padding;
}

/** Convolution. Parameters: `kernel`, and those of what follows it: `bias`, `norm.gamma`, `norm.beta`, … */
export function convolution(x: Value, p: Scope, options: ConvolutionOptions): Value {
  const { channels, kernel, stride = 1 } = options;
  const padding = options.padding ?? samePadding(x.height, x.width, kernel, stride);
  return finish(conv2d(x, p, { channels, kernel, stride, padding }), p, options);
}

export interface TransposedOptions extends Finish {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

/**
 * Transposed convolution with TensorFlow's SAME padding. The output has `stride` times the map's sides: the
 * margin that a SAME convolution of that output would pad is cut off.
 */
export function transposedConvolution(x: Value, p: Scope, options: TransposedOptions): Value {
  const { channels, kernel, stride } = options;
  const padding = samePadding(stride * x.height, stride * x.width, kernel, stride);
  return finish(transposedConv2d(x, p, { channels, kernel, stride, padding }), p, options);
}

export interface DepthwiseOptions extends Finish {
  readonly kernel: number;
  readonly stride?: number;
  /** Default: TensorFlow's SAME, which depends on the map's size. */
  readonly padding?: Padding;
}

/** Depthwise convolution. */
export function depthwiseConvolution(x: Value, p: Scope, options: DepthwiseOptions): Value {
  const { kernel, stride = 1 } = options;
  const padding = options.padding ?? samePadding(x.height, x.width, kernel, stride);
  return finish(depthwiseConv2d(x, p, { kernel, stride, padding }), p, options);
}

/**
 * Depthwise separable convolution (Chollet, arXiv:1610.02357) as Keras' SeparableConv2D computes it: a
 * depthwise convolution with nothing after it, then a 1x1 convolution.
 */
export function separableConvolution(x: Value, p: Scope, options: ConvolutionOptions): Value {
  const y = depthwiseConvolution(x, p.at("depthwise"), { kernel: options.kernel, stride: options.stride });
  const pointwise = { ...options, kernel: 1, stride: 1, activation: undefined };
  return activate(convolution(y, p.at("pointwise"), pointwise), p, options.activation);
}

const ACTIVATIONS = { relu, relu6 } satisfies Record<Activation, unknown>;

function finish(x: Value, p: Scope, { bias: biased, batchNorm: norm, activation }: Finish): Value {
  let y = x;
  if (biased) y = bias(y, p);
  if (norm) y = batchNorm(y, p.at("norm"), norm);
  return activate(y, p, activation);
}

function activate(x: Value, p: Scope, activation: Activation | undefined): Value {
  return activation ? ACTIVATIONS[activation](x, p) : x;
}
