import type { KernelCall } from "../kernel.ts";
import { type GatherGemm, gemmBias, gemmConstants, gemmScratchBytes, gemmStep } from "../wasm/gemm.ts";
import type { WasmKernelOf } from "../wasm/kernel.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

/**
 * The output's rows and columns fall into `stride` phases each. All cells of a phase use the same positions of the
 * kernel, and neighbors read neighboring input cells. So each of the stride² phases is a convolution at stride 1 that
 * writes every `stride`-th cell, and nothing is multiplied by the zeros that a plain implementation would insert.
 */
export const transposedConv2dWasm: WasmKernelOf<TransposedConv2dAttributes> = (call, { precision }) => {
  const { stride } = call.attributes;
  const phases = Array.from({ length: stride * stride }, (_, index) =>
    phase(call, Math.floor(index / stride), index % stride),
  ).filter(({ rows, columns }) => rows > 0 && columns > 0);
  return {
    algorithm: `gathered product of matrices for each of ${phases.length} phases`,
    constants: [...phases.flatMap((gemm) => gemmConstants(gemm, call)), gemmBias(call)],
    scratchBytes: Math.max(...phases.map((gemm) => gemmScratchBytes(gemm, call))),
    steps: (at) =>
      phases.map((gemm, index) => {
        const constants = [at.constants[2 * index], at.constants[2 * index + 1]] as const;
        return gemmStep(gemm, call, at, constants, precision);
      }),
  };
};

/** The phase that computes the output cells (phaseRow + i · stride, phaseColumn + j · stride). */
function phase(
  { attributes, inputs, output }: KernelCall<TransposedConv2dAttributes>,
  phaseRow: number,
  phaseColumn: number,
): GatherGemm {
  const { kernel: side, stride, padding, channels } = attributes;
  const [, , , inputChannels] = inputs[0];
  const kernelOffsets = [];
  for (const u of phaseOffsets(phaseRow + padding.top, side, stride)) {
    for (const v of phaseOffsets(phaseColumn + padding.left, side, stride)) {
      kernelOffsets.push({
        down: (phaseRow + padding.top - u) / stride,
        right: (phaseColumn + padding.left - v) / stride,
        weights: (u * side + v) * channels * inputChannels,
      });
    }
  }
  return {
    kernelOffsets,
    inputStep: 1,
    outputStep: inputChannels,
    stride: 1,
    rows: Math.ceil((output[1] - phaseRow) / stride),
    columns: Math.ceil((output[2] - phaseColumn) / stride),
    step: stride,
    top: phaseRow,
    left: phaseColumn,
  };
}

/** Every u from 0 to side − 1 for which `position` − u is a multiple of the stride, and so hits an input cell. */
function phaseOffsets(position: number, side: number, stride: number): number[] {
  return Array.from({ length: side }, (_, u) => u).filter((u) => (position - u) % stride === 0);
}
