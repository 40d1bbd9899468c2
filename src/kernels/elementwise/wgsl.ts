import { activated, cellOf, channelConstant } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslCall, type WgslKernel, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";

/** Either map may have half the output's height and width; it is then read as if it were doubled. */
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

export const reluWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu", activated("x[index]", "relu"));

export const relu6Wgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu6", activated("x[index]", "relu6"));

/** Below −80 the power would overflow float32, which devices need not handle; the result there is 2e-35. NaN stays. */
export const sigmoidWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(
    call,
    "sigmoid",
    "select(x[index], 1 / (1 + exp(min(-x[index], vec4f(80)))), x[index] == x[index])",
  );

/** A function of one map; `value` reads `x[index]`. */
function elementwiseWgsl({ output }: WgslCall, title: string, value: string): WgslKernel {
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [wgslMap({ title, reads: { x: "input0" }, output, value })],
  };
}
