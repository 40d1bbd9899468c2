import { channelConstant } from "../wgslEpilogue.ts";
import type { WgslKernelOf } from "../wgslKernel.ts";
import { wgslMap } from "../wgslSource.ts";

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
