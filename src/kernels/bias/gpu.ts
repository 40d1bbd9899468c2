import type { GpuKernelOf } from "../kernel.ts";

export const biasGpu: GpuKernelOf<object> = ({ output: [, , , channels] }) => ({
  source: `function bias(x) {
  return x[this.thread.z][this.thread.y][this.thread.x] + this.constants.bias[this.thread.x];
}`,
  parameters: { bias: [channels] },
});
