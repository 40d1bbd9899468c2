import { channelConstant } from "../wgsl/epilogue.ts";
import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";

export const biasWgsl: WgslKernelOf<object> = ({ output }) => ({
  algorithm: "vector by vector",
  constants: [channelConstant(output[3], [(p) => p.bias])],
  scratchBytes: [],
  dispatches: [
    wgslMap({
      title: "bias",
      reads: { x: "input0", bias: "constant0" },
      output,
      value: "x[index] + bias[vector]",
    }),
  ],
});
