import type { GpuKernelOf } from "../kernel.ts";

/** Adding 0.25 before flooring the quotient keeps a rounding error on any device from changing the result. */
export const upsampleNearestGpu: GpuKernelOf<object> = () => ({
  source: `function upsampleNearest(x) {
  const row = Math.floor((this.thread.z + 0.25) / 2);
  const column = Math.floor((this.thread.y + 0.25) / 2);
  return x[row][column][this.thread.x];
}`,
});

/**
 * An output row lies in the source row `row`, and `nextRow` is the neighbor on its side: row + 1 for odd outputs and
 * row − 1 for even ones. Both are 2 · output − 3 · row − 1, clamped to the map. About 0.25 see `upsampleNearestGpu`.
 */
export const upsampleBilinearGpu: GpuKernelOf<object> = ({ inputs: [[, height, width]] }) => ({
  source: `function upsampleBilinear(x) {
  const row = Math.floor((this.thread.z + 0.25) / 2);
  const column = Math.floor((this.thread.y + 0.25) / 2);
  const nextRow = Math.min(Math.max(2 * this.thread.z - 3 * row - 1, 0), this.constants.height - 1);
  const nextColumn = Math.min(Math.max(2 * this.thread.y - 3 * column - 1, 0), this.constants.width - 1);
  const near = 0.75 * x[row][column][this.thread.x] + 0.25 * x[row][nextColumn][this.thread.x];
  const next = 0.75 * x[nextRow][column][this.thread.x] + 0.25 * x[nextRow][nextColumn][this.thread.x];
  return 0.75 * near + 0.25 * next;
}`,
  integers: { height, width },
});
