import type { KernelCall } from "../kernel.ts";
import { biasConstant, epilogueFields } from "./epilogue.ts";
import {
  BYTES_PER_CELL,
  BYTES_PER_FLOAT,
  type FusedConsumer,
  type FusedProducer,
  LANES,
  MIN_UNITS,
  panelSplits,
  planeCount,
  type WasmAddresses,
  type WasmConstant,
  type WasmStep,
  wasmStep,
} from "./kernel.ts";

/** Output channels of a tile of the product (scripts/wasm/gemmTile.ts). */
export const TILE = 8;

/**
 * Cells of a tile: as many as have all their sums in the 15 registers that V8 hands out, beside two vectors of weights
 * and one of a cell; without fused multiply-adds their product takes one more. In the first cache and on one core of
 * 58.9 GFLOP/s, 6 cells reach 58.1 fused, 5 cells 48.1 otherwise (Node 20; Node 24: 57.7, 50.8).
 */
export const TILE_CELLS = { plain: 5, relaxed: 6 } as const;

/** Whole tiles in either build. */
export const WHOLE_TILES = TILE_CELLS.plain * TILE_CELLS.relaxed;

/** Cells gathered at a time; of deep layers fewer, so that they stay in the second cache. */
const BLOCK_CELLS = 60;
const BLOCK_BYTES = 768 * 1024;

const IMAGE_CHANNELS = 3;

/** One tap of a convolution: how far from its window's start, and where its weights begin in the kernel. */
export interface KernelOffset {
  readonly down: number;
  readonly right: number;
  readonly weights: number;
}

/** A product of matrices over a lattice of output cells (assembly/gatherGemm.ts). */
export interface GatherGemm {
  readonly kernelOffsets: readonly KernelOffset[];
  /** From one input channel's weight of a tap to the next in the kernel as it is stored, and of outputs. */
  readonly inputStep: number;
  readonly outputStep: number;
  /** Cells of the input between two neighboring windows. */
  readonly stride: number;
  /** The lattice, and where it lies in the output: every `step`-th cell from (top, left) on. */
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
  readonly top: number;
  readonly left: number;
}

export function gemmConstants(
  gemm: GatherGemm,
  call: KernelCall,
): [weights: WasmConstant, kernelOffsets: WasmConstant] {
  const { inputStep, outputStep } = gemm;
  const inputChannels = call.inputs[0][3];
  const channels = call.output[3];
  const panels = Math.ceil(channels / TILE);
  const panelFloats = depthOf(gemm, call) * LANES * TILE;
  const offsetFloats = (isImage(call) ? IMAGE_CHANNELS : planeCount(inputChannels) * LANES) * TILE;
  return [
    {
      floats: panels * panelFloats,
      write(target, { kernel }) {
        for (const [index, { weights }] of gemm.kernelOffsets.entries()) {
          for (let input = 0; input < inputChannels; input++) {
            const to = index * offsetFloats + input * TILE;
            packOutputs(target, to, panelFloats, kernel, weights + input * inputStep, outputStep, channels);
          }
        }
      },
    },
    {
      floats: gemm.kernelOffsets.length * 2,
      write(target) {
        const table = new Int32Array(target.buffer, target.byteOffset, target.length);
        table.set(gemm.kernelOffsets.flatMap(({ down, right }) => [down, right]));
      },
    },
  ];
}

/**
 * The weights of all outputs that belong to one input, 8 to each panel. All of a network's weights pass through
 * here at every start: read in their order, and by numbers alone, which engines compile at once.
 */
function packOutputs(
  target: Float32Array,
  to: number,
  panelFloats: number,
  kernel: Float32Array,
  from: number,
  outputStep: number,
  channels: number,
): void {
  const end = from + channels * outputStep;
  for (let at = to, first = from; first < end; at += panelFloats, first += TILE * outputStep) {
    const last = Math.min(first + TILE * outputStep, end);
    for (let lane = at, source = first; source < last; lane++, source += outputStep)
      target[lane] = kernel[source];
  }
}

/** Whole panels of 8, since tiles read 8 of them. */
export function gemmBias(call: KernelCall): WasmConstant {
  return biasConstant(call.epilogue, call.output[3], TILE);
}

export function gemmScratchBytes(gemm: GatherGemm, call: KernelCall): number {
  const cells = blockCells(gemm, call);
  return cells * (2 * BYTES_PER_CELL + 2 * 4 + cellBytes(gemm, call));
}

export function gemmStep(
  gemm: GatherGemm,
  call: KernelCall,
  at: WasmAddresses,
  [weights, kernelOffsetTable]: readonly [number, number],
): WasmStep {
  const [, height, width, inputChannels] = call.inputs[0];
  const [, outputHeight, outputWidth, channels] = call.output;
  const cells = blockCells(gemm, call);
  const blocks = Math.ceil((gemm.rows * gemm.columns) / cells);
  const splits = panelSplits(Math.ceil(channels / TILE), blocks);
  return wasmStep("gatherGemm", blocks * splits, {
    source: at.inputs[0],
    destination: at.output,
    height,
    width,
    ...epilogueFields(call.epilogue, at),
    planes: planeCount(inputChannels),
    weights,
    kernelOffsets: gemm.kernelOffsets.length,
    kernelOffsetTable,
    depth: depthOf(gemm, call),
    image: isImage(call) ? 1 : 0,
    sameCells: seesItsCells(gemm, call) ? 1 : 0,
    predecessor: at.predecessor ?? 0,
    stride: gemm.stride,
    rows: gemm.rows,
    columns: gemm.columns,
    blockCells: cells,
    blocks,
    splits,
    outputPlanes: planeCount(channels),
    outputCells: outputHeight * outputWidth,
    outputWidth,
    step: gemm.step,
    top: gemm.top,
    left: gemm.left,
  });
}

/** The layer as one that is computed inside the next (assembly/gatherGemm.ts), unless it adds a residual. */
export function gemmFusesIntoNext(gemm: GatherGemm, call: KernelCall): FusedProducer | undefined {
  if (call.epilogue.residual) return undefined;
  const scratchBytes = (cells: number) => {
    const whole = Math.ceil(cells / WHOLE_TILES) * WHOLE_TILES;
    return whole * (cellBytes(gemm, call) + BYTES_PER_FLOAT);
  };
  return { kernelOffsets: gemm.kernelOffsets.length, scratchBytes };
}

/** The layer as one inside which the one before is computed, if it may be: where a block is gathered only once. */
export function gemmFusesPrevious(gemm: GatherGemm, call: KernelCall): FusedConsumer | undefined {
  const cells = blockCells(gemm, call);
  const enough = gemm.rows * gemm.columns > (MIN_UNITS - 1) * cells;
  return enough && seesItsCells(gemm, call)
    ? { cells, maxKernelOffsets: Number.POSITIVE_INFINITY }
    : undefined;
}

/** Whether each output cell sees the same cell of the input, and nothing else. */
function seesItsCells(gemm: GatherGemm, call: KernelCall): boolean {
  const [, height, width] = call.inputs[0];
  const isCentered =
    gemm.kernelOffsets.length === 1 &&
    gemm.kernelOffsets.every(({ down, right }) => down === 0 && right === 0);
  const all = gemm.stride === 1 && gemm.rows === height && gemm.columns === width;
  return isCentered && all && !isImage(call);
}

/** Three channels are packed without gaps (assembly/gatherGemm.ts). */
function isImage(call: KernelCall): boolean {
  return call.inputs[0][3] === IMAGE_CHANNELS;
}

/** Vectors of four numbers that one output cell sees. */
function depthOf({ kernelOffsets: { length: count } }: GatherGemm, call: KernelCall): number {
  return isImage(call) ? Math.ceil((count * IMAGE_CHANNELS) / LANES) : count * planeCount(call.inputs[0][3]);
}

/** What one output cell sees. */
function cellBytes(gemm: GatherGemm, call: KernelCall): number {
  return depthOf(gemm, call) * BYTES_PER_CELL;
}

function blockCells(gemm: GatherGemm, call: KernelCall): number {
  const fitting = Math.floor(BLOCK_BYTES / Math.max(1, cellBytes(gemm, call)) / WHOLE_TILES) * WHOLE_TILES;
  const wanted = Math.max(WHOLE_TILES, Math.min(BLOCK_CELLS, fitting));
  return Math.min(wanted, Math.ceil((gemm.rows * gemm.columns) / WHOLE_TILES) * WHOLE_TILES);
}
