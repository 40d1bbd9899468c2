import ndarray from "ndarray";

/**
 * The one layout of this project: [batch, height, width, channels] (NHWC), row-major float32, and the
 * batch is always 1. Checkpoint readers convert to it; nothing else transposes.
 */
export type Shape = readonly [batch: 1, height: number, width: number, channels: number];

export interface Tensor {
  readonly shape: Shape;
  /** Element (y, x, c) stands at (y * width + x) * channels + c. */
  readonly data: Float32Array;
}

/** Parameters have any rank; a convolution's kernel is [height, width, inputChannels, outputChannels]. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by name, for example `backbone.stem.kernel`. */
export type Weights = ReadonlyMap<string, Parameter>;

export function shapeOf(height: number, width: number, channels: number): Shape {
  return [1, height, width, channels];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

export function tensor(shape: Shape, data: Float32Array = new Float32Array(elementCount(shape))): Tensor {
  return { shape, data };
}

export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

/** A view, not a copy: indices are (batch, row, column, channel). */
export function toNdarray(t: Tensor): ndarray.NdArray<Float32Array> {
  return ndarray(t.data, [...t.shape]);
}

/** A plain loop, since it looks at every number of every output: `every` takes eight times as long. */
export function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
