import type { GpuKernelOf } from "../kernel.ts";

export const reluGpu: GpuKernelOf<object> = () => ({
  source: `function relu(x) {
  return Math.max(x[this.thread.z][this.thread.y][this.thread.x], 0);
}`,
});
