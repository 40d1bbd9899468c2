import type { Tensor } from "../tensor.ts";

/**
 * The largest value of an element's channel in the `kernel` × `kernel` window around its cell. Cells outside of
 * the map do not count; an even window reaches one cell further down and to the right.
 */
export function windowMaximum({ shape, data }: Tensor, kernel: number, element: number): number {
  const [, height, width, channels] = shape;
  const cell = Math.floor(element / channels);
  const before = Math.floor((kernel - 1) / 2);
  const top = Math.floor(cell / width) - before;
  const left = (cell % width) - before;
  let largest = data[element];
  for (let y = Math.max(top, 0); y < Math.min(top + kernel, height); y++) {
    for (let x = Math.max(left, 0); x < Math.min(left + kernel, width); x++) {
      largest = Math.max(largest, data[(y * width + x) * channels + (element % channels)]);
    }
  }
  return largest;
}
