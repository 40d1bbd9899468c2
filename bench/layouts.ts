import { elementCount, type Shape, type Tensor } from "../src/tensor.ts";

/** [1, height, width, channels] → the elements of [1, channels, height, width], the layout of ONNX. */
export function toChannelsFirst({ shape, data }: Tensor): Float32Array {
  const [, height, width, channels] = shape;
  return transposed(data, height * width, channels);
}

/** The elements of [1, channels, height, width] → a map of this project. */
export function toChannelsLast(shape: Shape, data: Float32Array): Tensor {
  const [, height, width, channels] = shape;
  return { shape, data: transposed(data, channels, height * width) };
}

/** A matrix with this many rows and columns, by its columns. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(elementCount([rows, columns]));
  for (let column = 0, to = 0; column < columns; column++) {
    for (let from = column; from < rows * columns; from += columns) result[to++] = data[from];
  }
  return result;
}
