import type { KernelCall, Precision } from "../kernel.ts";
import {
  type GatherGemm,
  gemmBias,
  gemmConstants,
  gemmFusesIntoNext,
  gemmFusesPrevious,
  gemmScratchBytes,
  gemmStep,
} from "../wasm/gemm.ts";
import type { WasmKernel, WasmKernelOf } from "../wasm/kernel.ts";
import { type ConvolutionChoice, chooseConvolution } from "./chooseConvolution.ts";
import type { Conv2dAttributes } from "./op.ts";
import { winogradWasm } from "./wasmWinograd.ts";

/**
 * Winograd's F(m x m, 3 x 3) multiplies 2.25 (m = 2) or 4 (m = 4) times less than the product of matrices, but its
 * weights take 1.8 or 4 times the memory, and every block of tiles reads all of them: on small maps reading them takes
 * longer than it saves.
 *
 * Measured on one core without fused multiply-adds, in effective GFLOP/s, gemm : winograd2 : winograd4:
 * 64² x 256 channels 41 : 90 : 150; 32² x 384 41 : 85 : 124; 16² x 384 in a whole network equal for both
 * Winograds; 8² x 512 41 : 94 : 72; 4² x 512 43 : 47 : 18.
 */
const ALGORITHMS: readonly ConvolutionChoice<"gemm" | "winograd2" | "winograd4">[] = [
  { algorithm: "gemm", reason: "not 3x3 at stride 1", applies: ({ is3x3Stride1 }) => !is3x3Stride1 },
  { algorithm: "gemm", reason: "few channels", applies: ({ channels }) => channels < 8 },
  { algorithm: "gemm", reason: "a map below 8x8", applies: ({ cells }) => cells < 64 },
  { algorithm: "winograd2", reason: "a map below 32x32", applies: ({ cells }) => cells < 1024 },
  { algorithm: "winograd2", reason: "precision exact", applies: ({ precision }) => precision === "exact" },
  { algorithm: "winograd4", reason: "3x3 on a large map", applies: () => true },
];

/**
 * The product of matrices runs in assembly/gatherGemm.ts. Its innermost loop, where most of a network's time goes, is
 * generated: scripts/wasm/gemmTile.ts. Winograd's products use the same loop.
 */
export const conv2dWasm: WasmKernelOf<Conv2dAttributes> = (call, choices) => {
  const { precision } = choices;
  const { algorithm, reason } = chooseConvolution(ALGORITHMS, call, precision);
  switch (algorithm) {
    case "gemm":
      return gemmWasm(call, `gathered product of matrices: ${reason}`, precision);
    case "winograd2":
      return winogradWasm(2, call, reason, choices);
    case "winograd4":
      return winogradWasm(4, call, reason, choices);
  }
};

function gemmWasm(call: KernelCall<Conv2dAttributes>, algorithm: string, precision: Precision): WasmKernel {
  const { kernel: side, stride, padding, channels } = call.attributes;
  const [, , , inputChannels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const kernelOffsets = Array.from({ length: side * side }, (_, k) => ({
    down: Math.floor(k / side) - padding.top,
    right: (k % side) - padding.left,
    weights: k * inputChannels * channels,
  }));
  const steps = { inputStep: channels, outputStep: 1 };
  const gemm: GatherGemm = { kernelOffsets, ...steps, stride, rows, columns, step: 1, top: 0, left: 0 };
  return {
    algorithm,
    constants: [...gemmConstants(gemm, call), gemmBias(call)],
    scratchBytes: gemmScratchBytes(gemm, call),
    fusesIntoNext: gemmFusesIntoNext(gemm, call),
    fusesPrevious: gemmFusesPrevious(gemm, call),
    steps: (at) => [gemmStep(gemm, call, at, [at.constants[0], at.constants[1]], precision)],
  };
}
