import type { GpuKernelOf } from "../kernel.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeGpu: GpuKernelOf<NormalizeAttributes> = ({ attributes: { scale, offset } }) => ({
  source: `function normalize(x) {
  const value = x[this.thread.z][this.thread.y][this.thread.x];
  return value * this.constants.scale[this.thread.x] + this.constants.offset[this.thread.x];
}`,
  tables: { scale, offset },
});
