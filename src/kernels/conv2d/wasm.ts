import type { KernelCall } from "../kernel.ts";
import {
  type GatherGemm,
  gemmAsHost,
  gemmAsInner,
  gemmBias,
  gemmConstants,
  gemmScratchBytes,
  gemmStep,
} from "../wasm/gemm.ts";
import type { WasmKernel, WasmKernelOf } from "../wasm/kernel.ts";
import { winogradWasm } from "../wasm/winograd.ts";
import { chooseConvolution, reasonToKeepStored } from "./chooseConvolution.ts";
import type { Conv2dAttributes } from "./op.ts";

export const conv2dWasm: WasmKernelOf<Conv2dAttributes> = (call, { precision, memory }) => {
  const { convolution, reason } = chooseConvolution(call, precision);
  switch (convolution) {
    case "gemm":
      return gemmWasm(call, `gathered product of matrices: ${reason}`);
    case "winograd2":
      return winogradWasm(2, call, reason, reasonToKeepStored(call, memory));
    case "winograd4":
      return winogradWasm(4, call, reason, reasonToKeepStored(call, memory));
  }
};

function gemmWasm(call: KernelCall<Conv2dAttributes>, algorithm: string): WasmKernel {
  const { kernel: side, stride, padding, channels } = call.attributes;
  const [, , , inputChannels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const taps = Array.from({ length: side * side }, (_, tap) => ({
    down: Math.floor(tap / side) - padding.top,
    right: (tap % side) - padding.left,
    weights: tap * inputChannels * channels,
  }));
  const steps = { inputStep: channels, outputStep: 1 };
  const gemm: GatherGemm = { taps, ...steps, stride, rows, columns, step: 1, top: 0, left: 0 };
  return {
    algorithm,
    constants: [...gemmConstants(gemm, call), gemmBias(call)],
    scratchBytes: gemmScratchBytes(gemm, call),
    asInner: gemmAsInner(gemm, call),
    asHost: gemmAsHost(gemm, call),
    steps: (at) => [gemmStep(gemm, call, at, [at.constants[0], at.constants[1]])],
  };
}
