import { cellOf } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";

export const upsampleNearestWgsl: WgslKernelOf<object> = ({ inputs, output }) => {
  const vectors = vectorCount(output[3]);
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "upsampleNearest",
        reads: { x: "input0" },
        output,
        value: `x[${cellOf(inputs[0], output, `index / ${vectors}u`)} * ${vectors}u + vector]`,
      }),
    ],
  };
};
