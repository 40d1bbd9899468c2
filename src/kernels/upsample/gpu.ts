import type { GpuKernelOf } from "../kernel.ts";

/** A quarter is added before the division, so that its rounding cannot matter on any device. */
export const upsampleNearestGpu: GpuKernelOf<object> = () => ({
  source: `function upsampleNearest(x) {
  const row = Math.floor((this.thread.z + 0.25) / 2);
  const column = Math.floor((this.thread.y + 0.25) / 2);
  return x[row][column][this.thread.x];
}`,
});
