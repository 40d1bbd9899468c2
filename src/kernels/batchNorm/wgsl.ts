import { channelConstant } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";
import type { BatchNormAttributes } from "./op.ts";

export const batchNormWgsl: WgslKernelOf<BatchNormAttributes> = ({ attributes, output }) => {
  const channels = output[3];
  const vectors = vectorCount(channels);
  return {
    algorithm: "vector by vector",
    constants: [
      channelConstant(channels, [
        (p) => p.mean,
        (p) => p.gamma.map((gamma, c) => gamma / Math.sqrt(p.variance[c] + attributes.epsilon)),
        (p) => p.beta,
      ]),
    ],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "batchNorm",
        reads: { x: "input0", numbers: "constant0" },
        output,
        value: `(x[index] - numbers[vector]) * numbers[${vectors}u + vector] + numbers[${2 * vectors}u + vector]`,
      }),
    ],
  };
};
