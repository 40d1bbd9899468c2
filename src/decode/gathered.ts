import type { Tensor } from "../tensor.ts";

/** All channels of a map at each of the `cells` (flat, y · width + x): rows one after the other. */
export function gathered({ shape, data }: Tensor, cells: Int32Array): Float32Array {
  const channels = shape[3];
  const rows = new Float32Array(cells.length * channels);
  cells.forEach((cell, row) => {
    rows.set(data.subarray(cell * channels, (cell + 1) * channels), row * channels);
  });
  return rows;
}
