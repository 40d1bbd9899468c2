/** Convolutions as gathered products of matrices: `conv2d`, and each phase of a `transposedConv2d`. */
import { wgslFinish } from "./epilogue.ts";
import { type Gather, type Gemm, gemmDispatch, reduceSlices, type Scatter } from "./gemm.ts";
import {
  BYTES_PER_VECTOR,
  LANES,
  vectorCount,
  type WgslCall,
  type WgslDispatch,
  type WgslOperand,
  type WgslTarget,
} from "./kernel.ts";
import { chooseTiling } from "./tiles.ts";

export interface GatheredConvolution {
  readonly title: string;
  /** Taps down and across; tap t is (t / kernelWidth, t % kernelWidth). */
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  /** Rows and columns before the map that the first window covers; negative where it starts inside. */
  readonly top: number;
  readonly left: number;
  /** Of the outputs that it makes. */
  readonly rows: number;
  readonly columns: number;
  readonly scatter?: Scatter;
  readonly weights: WgslOperand;
  readonly bias: WgslOperand;
}

export interface ConvolutionDispatches {
  readonly dispatches: readonly WgslDispatch[];
  readonly scratchBytes: readonly number[];
  readonly slices: number;
}

export function convolutionDispatches(
  convolution: GatheredConvolution,
  call: WgslCall,
  target: WgslTarget,
): ConvolutionDispatches {
  const { kernelHeight, kernelWidth, stride, top, left, rows, columns, scatter } = convolution;
  const [, height, width, inputChannels] = call.inputs[0];
  const vectors = vectorCount(inputChannels);
  const columnVectors = vectorCount(call.output[3]);
  const depthVectors = kernelHeight * kernelWidth * vectors;
  const isMatrix = kernelHeight * kernelWidth * stride === 1 && top === 0 && left === 0 && columns === width;
  const gather: Gather = { height, width, vectors, kernelWidth, stride, top, left, columns };
  const tiling = chooseTiling(target, {
    rows: rows * columns,
    columns: columnVectors * LANES,
    depth: depthVectors * LANES,
    products: 1,
  });
  const sumBytes = rows * columns * columnVectors * BYTES_PER_VECTOR;
  const slices = scatter
    ? 1
    : Math.min(tiling.slices, Math.max(1, Math.floor(target.maxBindingBytes / sumBytes)));
  const finish = wgslFinish(call, convolution.bias);
  const gemm: Gemm = {
    title: convolution.title,
    left: "input0",
    right: convolution.weights,
    out: slices > 1 ? "scratch0" : "output",
    rows: rows * columns,
    columnVectors,
    depthVectors,
    products: 1,
    slices,
    tile: tiling.tile,
    gather: isMatrix ? undefined : gather,
    scatter,
    finish: slices > 1 ? undefined : finish,
  };
  if (slices === 1) return { dispatches: [gemmDispatch(gemm)], scratchBytes: [], slices };
  return {
    dispatches: [gemmDispatch(gemm), reduceSlices(gemm, "output", finish)],
    scratchBytes: [slices * sumBytes],
    slices,
  };
}
