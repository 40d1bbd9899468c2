import type { Tensor } from "../tensor.ts";

/**
 * Channels of a map at each of the `cells` (flat, y · width + x): rows one after the other. All channels, or
 * `count` of them from `first(row)` on.
 */
export function gathered(
  { shape, data }: Tensor,
  cells: Int32Array,
  count = shape[3],
  first: (row: number) => number = () => 0,
): Float32Array {
  const rows = new Float32Array(cells.length * count);
  cells.forEach((cell, row) => {
    const at = cell * shape[3] + first(row);
    rows.set(data.subarray(at, at + count), row * count);
  });
  return rows;
}
