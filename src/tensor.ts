/**
 * The one layout of this project: [1, height, width, channels] (NHWC with a batch of 1), row-major float32.
 * Checkpoint readers convert to it; nothing else transposes.
 *
 * A position (y, x) of a map is called a cell. It holds one vector of `channels` numbers, and its flat index
 * is y · width + x. At output stride s, a cell stands for s x s pixels of the network's input, the first of
 * which is (s · y, s · x). A distance of one cell is s pixels.
 */
export type Shape = readonly [batch: 1, height: number, width: number, channels: number];

export interface Tensor {
  readonly shape: Shape;
  /** Element (y, x, c) is at (y · width + x) · channels + c. */
  readonly data: Float32Array;
}

/** Parameters have any rank. A convolution's kernel is [height, width, inputChannels, outputChannels]. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by name, for example `backbone.stem.kernel`. */
export type Weights = ReadonlyMap<string, Parameter>;

/** The order of a map's axes: TensorFlow's (channels last), which is this project's, and PyTorch's (channels first). */
export const LAYOUTS = ["NHWC", "NCHW"] as const;
export type Layout = (typeof LAYOUTS)[number];

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

/** The position along each axis of the element with this flat, row-major index. */
export function positionOf(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const side of [...shape].reverse()) {
    position.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return position;
}

/** A plain loop because it reads every number of every output: `every` takes eight times as long. */
export function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
