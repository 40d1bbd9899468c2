import { type GatherGemm, gemmBias, gemmConstants, gemmScratchBytes, gemmStep } from "../wasmGemm.ts";
import type { WasmKernelOf } from "../wasmKernel.ts";
import type { Conv2dAttributes } from "./op.ts";

export const conv2dWasm: WasmKernelOf<Conv2dAttributes> = (call) => {
  const { kernel: side, stride, padding, channels } = call.attributes;
  const [, , , inputChannels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const taps = Array.from({ length: side * side }, (_, tap) => ({
    down: Math.floor(tap / side) - padding.top,
    right: (tap % side) - padding.left,
    weight: (input: number, output: number) => (tap * inputChannels + input) * channels + output,
  }));
  const gemm: GatherGemm = { taps, stride, rows, columns, step: 1, top: 0, left: 0 };
  return {
    algorithm: "gathered product of matrices",
    constants: [...gemmConstants(gemm, call), gemmBias(call)],
    scratchBytes: gemmScratchBytes(gemm, call),
    steps: (at) => [gemmStep(gemm, call, at, [at.constants[0], at.constants[1]])],
  };
};
