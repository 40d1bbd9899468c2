import type { GpuKernelOf } from "../kernel.ts";

export const addGpu: GpuKernelOf<object> = () => ({
  source: `function add(a, b) {
  return a[this.thread.z][this.thread.y][this.thread.x] + b[this.thread.z][this.thread.y][this.thread.x];
}`,
});
