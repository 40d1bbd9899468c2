import type { GpuKernelOf } from "../kernel.ts";

export const sigmoidGpu: GpuKernelOf<object> = () => ({
  source: `function sigmoid(x) {
  return 1 / (1 + Math.exp(-x[this.thread.z][this.thread.y][this.thread.x]));
}`,
});
