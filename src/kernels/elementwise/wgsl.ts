import { cellOf } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";

/** Either map may have half the output's height and width: it is read as if it were doubled before. */
export const addWgsl: WgslKernelOf<object> = ({ inputs, output }) => {
  const vectors = vectorCount(output[3]);
  const cell = `index / ${vectors}u`;
  const term = (name: string, i: number) =>
    `${name}[${cellOf(inputs[i], output, cell)} * ${vectors}u + vector]`;
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "add",
        reads: { a: "input0", b: "input1" },
        output,
        value: `${term("a", 0)} + ${term("b", 1)}`,
      }),
    ],
  };
};
