import type { GpuKernelOf } from "../kernel.ts";

export const relu6Gpu: GpuKernelOf<object> = () => ({
  source: `function relu6(x) {
  return Math.min(Math.max(x[this.thread.z][this.thread.y][this.thread.x], 0), 6);
}`,
});
