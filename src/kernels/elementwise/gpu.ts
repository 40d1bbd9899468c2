import type { GpuKernelOf } from "../kernel.ts";

export const addGpu: GpuKernelOf<object> = () => ({
  source: `function add(a, b) {
  return a[this.thread.z][this.thread.y][this.thread.x] + b[this.thread.z][this.thread.y][this.thread.x];
}`,
});

export const biasGpu: GpuKernelOf<object> = ({ output: [, , , channels] }) => ({
  source: `function bias(x) {
  return x[this.thread.z][this.thread.y][this.thread.x] + this.constants.bias[this.thread.x];
}`,
  parameters: { bias: [channels] },
});

export const reluGpu: GpuKernelOf<object> = () => ({
  source: `function relu(x) {
  return Math.max(x[this.thread.z][this.thread.y][this.thread.x], 0);
}`,
});

export const relu6Gpu: GpuKernelOf<object> = () => ({
  source: `function relu6(x) {
  return Math.min(Math.max(x[this.thread.z][this.thread.y][this.thread.x], 0), 6);
}`,
});

export const sigmoidGpu: GpuKernelOf<object> = () => ({
  source: `function sigmoid(x) {
  return 1 / (1 + Math.exp(-x[this.thread.z][this.thread.y][this.thread.x]));
}`,
});
