import type { GpuKernelOf } from "../kernel.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeGpu: GpuKernelOf<NormalizeAttributes> = ({ attributes }) => ({
  source: `function normalize(x) {
  const value = x[this.thread.z][this.thread.y][this.constants.order[this.thread.x]];
  const centered = value - this.constants.mean[this.thread.x];
  return centered * this.constants.scale[this.thread.x] + this.constants.offset[this.thread.x];
}`,
  tables: { ...attributes },
});
