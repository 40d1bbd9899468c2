import type { KernelCall } from "../kernel.ts";
import { biasConstant, epilogueFields, windowFields } from "../wasm/epilogue.ts";
import { TILE, WHOLE_TILES } from "../wasm/gemm.ts";
import {
  BYTES_PER_CELL,
  type FusedConsumer,
  LANES,
  planeCount,
  type WasmConstant,
  type WasmKernelOf,
  wasmStep,
} from "../wasm/kernel.ts";
import { threadSplits } from "../wasm/threadSplits.ts";
import type { Window } from "../window.ts";

/**
 * Cells of the layer before, computed at a time if it is fused: about 130 KB for two planes, besides their inputs.
 * Neighboring bands both compute the rows that they share, so a map of one band is cut by planes instead. On
 * MobileNetV2-FPN, 1024 cells took 4 % longer; 8192 to 16384 gained nothing there, nor on CenterFace and MoveNet.
 */
const BAND_CELLS = 4096;
const MIN_BAND_ROWS = 8;

export const depthwiseConv2dWasm: WasmKernelOf<Window> = (call) => {
  const channels = call.output[3];
  const planes = planeCount(channels);
  const kernelCells = call.attributes.kernel ** 2;
  const fusesPrevious = depthwiseFusesPrevious(call);
  const bandBytes = Math.ceil((fusesPrevious?.cells ?? 0) / WHOLE_TILES) * WHOLE_TILES * BYTES_PER_CELL;
  const rows = call.output[1];
  const blockCells = bandRows(call);
  const bands = Math.ceil(rows / blockCells);
  const panels = Math.ceil(channels / TILE);
  return {
    algorithm: "direct, plane by plane",
    constants: [depthwiseWeights(kernelCells, channels), biasConstant(call.epilogue, channels)],
    scratchBytes: 2 * bandBytes,
    fusesPrevious,
    steps: (at) => {
      const splits = threadSplits({ panels, cells: rows, blockCells, threads: at.threads });
      return [
        wasmStep("depthwise", at.predecessor ? bands * splits : planes, {
          source: at.inputs[0],
          destination: at.output,
          weights: at.constants[0],
          ...windowFields(call),
          ...epilogueFields(call.epilogue, at),
          small: isSmall(call) ? 1 : 0,
          predecessor: at.predecessor ?? 0,
          bandRows: bandRows(call),
          bands,
          splits,
        }),
      ];
    },
  };
};

/** One number per channel at each of the kernel's cells, [planes][cells][4]. */
export function depthwiseWeights(kernelCells: number, channels: number): WasmConstant {
  return {
    floats: planeCount(channels) * kernelCells * LANES,
    write(target, { kernel }) {
      for (let k = 0; k < kernelCells; k++) {
        for (let channel = 0; channel < channels; channel++) {
          const plane = Math.floor(channel / LANES);
          target[(plane * kernelCells + k) * LANES + (channel % LANES)] = kernel[k * channels + channel];
        }
      }
    },
  };
}

/**
 * Only a pointwise layer may be computed inside: with a larger kernel, computing the shared rows twice costs more than
 * writing the map.
 */
function depthwiseFusesPrevious(call: KernelCall<Window>): FusedConsumer | undefined {
  if (!isSmall(call)) return undefined;
  const [, height, width] = call.inputs[0];
  const { kernel, stride } = call.attributes;
  const rows = Math.min(height, (bandRows(call) - 1) * stride + kernel);
  return { cells: rows * width, maxKernelOffsets: 1 };
}

/** Output rows per unit. */
function bandRows({ inputs: [[, height, width]], output: [, outputHeight] }: KernelCall<Window>): number {
  const inputRows = Math.max(MIN_BAND_ROWS, Math.floor(BAND_CELLS / width));
  const bands = Math.ceil(height / inputRows);
  return Math.ceil(outputHeight / bands);
}

/** Whether windows are 3x3 and reach over the left and right edges by at most one cell (assembly/depthwise.ts). */
function isSmall({ inputs, output, attributes }: KernelCall<Window>): boolean {
  const { kernel, stride, padding } = attributes;
  const [, , width] = inputs[0];
  const [, , outputWidth] = output;
  const overhang = (outputWidth - 1) * stride - padding.left + kernel - width;
  return kernel === 3 && stride <= 2 && padding.left <= 1 && overhang <= 1 && outputWidth > 1;
}
