import type { GpuKernelOf } from "../kernel.ts";
import type { BatchNormAttributes } from "./op.ts";

export const batchNormGpu: GpuKernelOf<BatchNormAttributes> = ({ attributes, output: [, , , channels] }) => ({
  source: `function batchNorm(x) {
  const centered = x[this.thread.z][this.thread.y][this.thread.x] - this.constants.mean[this.thread.x];
  const deviation = Math.sqrt(this.constants.variance[this.thread.x] + this.constants.epsilon);
  return this.constants.gamma[this.thread.x] * centered / deviation + this.constants.beta[this.thread.x];
}`,
  floats: { epsilon: attributes.epsilon },
  parameters: { gamma: [channels], beta: [channels], mean: [channels], variance: [channels] },
});
