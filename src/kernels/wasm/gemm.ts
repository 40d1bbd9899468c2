import type { KernelCall, Precision } from "../kernel.ts";
import { biasConstant, epilogueFields } from "./epilogue.ts";
import {
  BYTES_PER_CELL,
  BYTES_PER_FLOAT,
  type FusedConsumer,
  type FusedProducer,
  LANES,
  MIN_UNITS,
  planeCount,
  type WasmAddresses,
  type WasmConstant,
  type WasmStep,
  wasmStep,
} from "./kernel.ts";
import { threadSplits } from "./threadSplits.ts";

/** Output channels per tile of the product (scripts/wasm/gemmTile.ts). */
export const TILE = 8;

/**
 * Cells per tile: as many as keep all accumulators, two weight vectors and one input vector in the 15 SIMD registers
 * that V8 allocates. Without fused multiply-adds the product takes one register more. With data in the L1 cache, on one
 * core with a peak of 58.9 GFLOP/s, 6 cells reach 58.1 fused and 5 cells 48.1 otherwise (Node 20; Node 24: 57.7, 50.8).
 */
export const TILE_CELLS = { plain: 5, relaxed: 6 } as const;

/** This many cells are whole tiles in either build. */
export const WHOLE_TILES = TILE_CELLS.plain * TILE_CELLS.relaxed;

/**
 * A sum of K numbers in float32 errs least in runs of √K numbers (scripts/wasm/gemmTile.ts): its error grows with the root
 * of a run's length plus the number of runs. Runs of fewer than 24 numbers cost time.
 */
const MIN_RUN_PLANES: Readonly<Record<Precision, number>> = { default: 6, exact: 2 };

/** Planes per run of a sum over this many planes. */
export function runPlanes(planes: number, precision: Precision): number {
  return Math.max(MIN_RUN_PLANES[precision], Math.round(Math.sqrt(planes * LANES) / LANES));
}

/** Cells gathered at a time. Deep layers gather fewer, so that a block stays in the L2 cache. */
const BLOCK_CELLS = 60;
/** A map of a few more is one block as well: the second would read all weights for some cells. */
const SINGLE_BLOCK_CELLS = 90;
const BLOCK_BYTES = 768 * 1024;

const CROWDED_BYTES = 512;
const CACHE_LINE_BYTES = 64;

const IMAGE_CHANNELS = 3;

/** Four places and four weights (assembly/deformConv.ts). */
const SAMPLE_BYTES = 32;

/** A position in a convolution's kernel: its offset from the start of the window, and where its weights begin. */
export interface KernelOffset {
  readonly down: number;
  readonly right: number;
  readonly weights: number;
}

/** A product of matrices over a grid of output cells (assembly/gatherGemm.ts). */
export interface GatherGemm {
  readonly kernelOffsets: readonly KernelOffset[];
  /** Distance in the stored kernel from one input channel's weight to the next, and from one output channel's. */
  readonly inputStep: number;
  readonly outputStep: number;
  /** Input cells from one window to the next. */
  readonly stride: number;
  /** The grid: `rows` x `columns` cells of the output, every `step`-th one from (top, left). */
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
  readonly top: number;
  readonly left: number;
  /** Set if the inputs are sampled between cells (assembly/deformConv.ts), and then packed plane by plane always. */
  readonly sampled?: true;
}

export function gemmConstants(
  gemm: GatherGemm,
  call: KernelCall,
): [weights: WasmConstant, kernelOffsets: WasmConstant] {
  const { inputStep, outputStep } = gemm;
  const [, , inputWidth, inputChannels] = call.inputs[0];
  const channels = call.output[3];
  const panels = Math.ceil(channels / TILE);
  const panelFloats = depthOf(gemm, call) * LANES * TILE;
  const kernelFloats = storedFloats(gemm, inputChannels, channels);
  const offsetFloats = (isImage(gemm, call) ? IMAGE_CHANNELS : planeCount(inputChannels) * LANES) * TILE;
  return [
    {
      floats: panels * panelFloats,
      transform: {
        floats: kernelFloats + gemm.kernelOffsets.length,
        quick: true,
        step: (source, destination) =>
          wasmStep("packWeights", gemm.kernelOffsets.length, {
            ...{ source, destination, kernelOffsets: source + kernelFloats * BYTES_PER_FLOAT },
            ...{ inputs: inputChannels, channels, inputStep, outputStep, panelFloats, offsetFloats },
          }),
      },
      write(target, { kernel }) {
        target.set(kernel.subarray(0, kernelFloats));
        const offsets = new Int32Array(target.buffer, target.byteOffset, target.length);
        offsets.set(
          gemm.kernelOffsets.map(({ weights }) => weights),
          kernelFloats,
        );
      },
    },
    {
      floats: gemm.kernelOffsets.length * 3,
      write(target) {
        const table = new Int32Array(target.buffer, target.byteOffset, target.length);
        table.set(
          gemm.kernelOffsets.flatMap(({ down, right }) => [
            down,
            right,
            (down * inputWidth + right) * BYTES_PER_CELL,
          ]),
        );
      },
    },
  ];
}

/** How much of the stored kernel is read. */
function storedFloats(
  { kernelOffsets, inputStep, outputStep }: GatherGemm,
  inputs: number,
  channels: number,
) {
  const last = Math.max(0, ...kernelOffsets.map(({ weights }) => weights));
  return kernelOffsets.length === 0 ? 0 : last + (inputs - 1) * inputStep + (channels - 1) * outputStep + 1;
}

/** Padded to whole panels, since tiles read 8 numbers at a time. */
export function gemmBias(call: KernelCall): WasmConstant {
  return biasConstant(call.epilogue, call.output[3], TILE);
}

export function gemmScratchBytes(gemm: GatherGemm, call: KernelCall): number {
  const cells = blockCells(gemm, call);
  const place = gemm.sampled ? SAMPLE_BYTES : 4;
  return cells * (2 * BYTES_PER_CELL + 4 + place + cellBytes(gemm, call));
}

export function gemmStep(
  gemm: GatherGemm,
  call: KernelCall,
  at: WasmAddresses,
  constants: readonly [weights: number, kernelOffsetTable: number],
  precision: Precision,
): WasmStep {
  const { units, fields } = gemmFields(gemm, call, at, constants, precision);
  return wasmStep("gatherGemm", units, fields);
}

/** The units and fields of a call of `gatherGemm`, or of one that extends it. */
export function gemmFields(
  gemm: GatherGemm,
  call: KernelCall,
  at: WasmAddresses,
  [weights, kernelOffsetTable]: readonly [number, number],
  precision: Precision,
) {
  const [, height, width, inputChannels] = call.inputs[0];
  const [, outputHeight, outputWidth, channels] = call.output;
  const cells = blockCells(gemm, call);
  const blocks = Math.ceil((gemm.rows * gemm.columns) / cells);
  // Each split would compute the layer inside this one anew.
  const panels = at.predecessor ? 1 : Math.ceil(channels / TILE);
  const splits = threadSplits({
    panels,
    cells: gemm.rows * gemm.columns,
    blockCells: cells,
    threads: at.threads,
  });
  const fields = {
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
    cellBytes: cellBytes(gemm, call),
    run: runPlanes(depthOf(gemm, call), precision),
    image: isImage(gemm, call) ? 1 : 0,
    sameCells: readsSameCells(gemm, call) ? 1 : 0,
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
  };
  return { units: blocks * splits, fields };
}

/** A layer can be computed inside the next one (assembly/gatherGemm.ts) unless it adds a residual. */
export function gemmFusesIntoNext(gemm: GatherGemm, call: KernelCall): FusedProducer | undefined {
  if (call.epilogue.residual) return undefined;
  const scratchBytes = (cells: number) => {
    const whole = Math.ceil(cells / WHOLE_TILES) * WHOLE_TILES;
    return whole * (2 * BYTES_PER_CELL + cellBytes(gemm, call) + BYTES_PER_FLOAT);
  };
  return { kernelOffsets: gemm.kernelOffsets.length, scratchBytes };
}

/**
 * The layer before can be computed inside this one if each of its blocks is gathered only once: each output cell reads
 * just the same input cell, and there are enough blocks that output channels need not be split between units.
 */
export function gemmFusesPrevious(gemm: GatherGemm, call: KernelCall): FusedConsumer | undefined {
  const cells = blockCells(gemm, call);
  const enough = gemm.rows * gemm.columns > (MIN_UNITS - 1) * cells;
  return enough && readsSameCells(gemm, call)
    ? { cells, maxKernelOffsets: Number.POSITIVE_INFINITY }
    : undefined;
}

/** Whether each output cell reads the same cell of the input, and nothing else. */
function readsSameCells(gemm: GatherGemm, call: KernelCall): boolean {
  const [, height, width] = call.inputs[0];
  const isCentered =
    gemm.kernelOffsets.length === 1 &&
    gemm.kernelOffsets.every(({ down, right }) => down === 0 && right === 0);
  const all = gemm.stride === 1 && gemm.rows === height && gemm.columns === width;
  return isCentered && all && !isImage(gemm, call);
}

/** The three channels of an image are packed without gaps (assembly/gatherGemm.ts). */
function isImage({ sampled }: GatherGemm, call: KernelCall): boolean {
  return !sampled && call.inputs[0][3] === IMAGE_CHANNELS;
}

/** The length of the sum of each output cell, in vectors of four numbers. */
function depthOf(gemm: GatherGemm, call: KernelCall): number {
  const { length: count } = gemm.kernelOffsets;
  return isImage(gemm, call)
    ? Math.ceil((count * IMAGE_CHANNELS) / LANES)
    : count * planeCount(call.inputs[0][3]);
}

/** From one packed cell to the next. */
function cellBytes(gemm: GatherGemm, call: KernelCall): number {
  return spacedBytes(depthOf(gemm, call));
}

/**
 * The distance between rows of this many planes that a tile reads side by side. If a large power of two divided it, they would
 * compete for the same cache sets, so there is a cache line between them: without it, sums over 1024 channels took 8 % longer.
 */
export function spacedBytes(planes: number): number {
  const bytes = planes * BYTES_PER_CELL;
  return bytes % CROWDED_BYTES === 0 ? bytes + CACHE_LINE_BYTES : bytes;
}

function blockCells(gemm: GatherGemm, call: KernelCall): number {
  const fitting = Math.floor(BLOCK_BYTES / Math.max(1, cellBytes(gemm, call)) / WHOLE_TILES) * WHOLE_TILES;
  const all = Math.ceil((gemm.rows * gemm.columns) / WHOLE_TILES) * WHOLE_TILES;
  const most = all <= SINGLE_BLOCK_CELLS ? SINGLE_BLOCK_CELLS : BLOCK_CELLS;
  return Math.min(all, Math.max(WHOLE_TILES, Math.min(most, fitting)));
}
