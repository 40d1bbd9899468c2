/** Convolutions as implicit matrix products: `conv2d`, and each phase of a `transposedConv2d`. */
import { wgslFinish } from "./epilogue.ts";
import { type Gather, type Gemm, gemmDispatch, reduceSlices, type Scatter } from "./gemm.ts";
import {
  BYTES_PER_VECTOR,
  LANES,
  vectorCount,
  type WgslCall,
  type WgslConstant,
  type WgslDispatch,
  type WgslOperand,
  type WgslTarget,
} from "./kernel.ts";
import { chooseTiling } from "./tiles.ts";

/** Steps of k per run of a sum (gemm.ts). */
const RUN_DEPTH = 64;

export interface GatheredConvolution {
  readonly title: string;
  /** The kernel's size; position t of it is (t / kernelWidth, t % kernelWidth). */
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  /** Rows and columns that the first window covers before the map; negative if it starts inside. */
  readonly top: number;
  readonly left: number;
  /** Rows and columns of outputs to compute. */
  readonly rows: number;
  readonly columns: number;
  readonly scatter?: Scatter;
  /** The map. Default: the layer's input. */
  readonly source?: WgslOperand;
  /** Where the sums of slices go if there are several. Default: the first scratch buffer. */
  readonly slices?: WgslOperand;
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
  const { source = "input0", slices: sliceSums = "scratch0" } = convolution;
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
    left: source,
    right: convolution.weights,
    out: slices > 1 ? sliceSums : "output",
    rows: rows * columns,
    columnVectors,
    depthVectors,
    products: 1,
    slices,
    runDepth: RUN_DEPTH,
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

/** A convolution's kernel as the right matrix of a product: [position][input channel][channel]. */
export interface KernelLayout {
  /** Where the numbers of each kernel position start in the parameter `kernel`. */
  readonly kernelOffsets: readonly number[];
  readonly inputChannels: number;
  readonly channels: number;
  /** Distance from one input or output channel to the next in the parameter. */
  readonly inputStep: number;
  readonly outputStep: number;
}

/** Without any kernel position it holds the zeros of one. */
export function kernelConstant(layout: KernelLayout): WgslConstant {
  const { kernelOffsets, inputChannels, channels, inputStep, outputStep } = layout;
  const rows = vectorCount(inputChannels) * LANES;
  const columns = vectorCount(channels) * LANES;
  return {
    vectors: (Math.max(1, kernelOffsets.length) * rows * columns) / LANES,
    write(target, { kernel }) {
      for (const [index, start] of kernelOffsets.entries()) {
        for (let input = 0; input < inputChannels; input++) {
          const from = start + input * inputStep;
          const to = (index * rows + input) * columns;
          if (outputStep === 1) target.set(kernel.subarray(from, from + channels), to);
          else for (let o = 0; o < channels; o++) target[to + o] = kernel[from + o * outputStep];
        }
      }
    },
  };
}
