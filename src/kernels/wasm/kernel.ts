import type { KernelCall, MemoryUse, Precision } from "../kernel.ts";

/**
 * Maps are stored in WebAssembly's memory as planes of four channels, [channels / 4][height][width][4]: four channels
 * of a cell are one SIMD vector, and a window moves by whole vectors. The channels that pad the last plane hold finite
 * numbers that no result depends on.
 */
export const LANES = 4;

export const BYTES_PER_FLOAT = 4;
export const BYTES_PER_CELL = LANES * BYTES_PER_FLOAT;

/** How many planes a map has. */
export function planeCount(channels: number): number {
  return Math.ceil(channels / LANES);
}

/** Bytes of a map in planes of four channels. */
export function planarBytes([, height, width, channels]: readonly number[]): number {
  return planeCount(channels) * height * width * BYTES_PER_CELL;
}

const MAPS = { source: "usize", destination: "usize" } as const;
const SIZE = { height: "i32", width: "i32" } as const;
const OUTPUT_SIZE = { outputHeight: "i32", outputWidth: "i32" } as const;
/** `residual` is 0 if there is none. The sum is clamped to `low` and `high`. */
const FINISH = { bias: "usize", residual: "usize", low: "f32", high: "f32" } as const;
const WINDOW = { kernel: "i32", stride: "i32", padTop: "i32", padLeft: "i32" } as const;

const GATHER_GEMM = {
  ...MAPS,
  ...SIZE,
  ...FINISH,
  planes: "i32",
  weights: "usize",
  kernelOffsets: "i32",
  kernelOffsetTable: "usize",
  depth: "i32",
  cellBytes: "i32",
  run: "i32",
  image: "i32",
  sameCells: "i32",
  predecessor: "usize",
  stride: "i32",
  rows: "i32",
  columns: "i32",
  blockCells: "i32",
  blocks: "i32",
  splits: "i32",
  outputPlanes: "i32",
  outputCells: "i32",
  outputWidth: "i32",
  step: "i32",
  top: "i32",
  left: "i32",
} as const;

const WINOGRAD = {
  ...MAPS,
  ...SIZE,
  ...OUTPUT_SIZE,
  ...FINISH,
  padTop: "i32",
  padLeft: "i32",
  planes: "i32",
  run: "i32",
  outputPlanes: "i32",
  weights: "usize",
  tilesAcross: "i32",
  tiles: "i32",
  tileBytes: "i32",
  blockTiles: "i32",
  blocks: "i32",
  splits: "i32",
} as const;
const WINOGRAD_WEIGHTS = { ...MAPS, channels: "i32", planes: "i32", panels: "i32" } as const;

/**
 * The functions of the WebAssembly module and the fields that each reads from its call. This table is the ABI between
 * TypeScript and AssemblyScript: a call is a record in memory of four-byte fields, in exactly this order. From it the
 * build writes the AssemblyScript classes (scripts/wasm/callClasses.ts), and plans write the records
 * (executors/wasm/writeConstants.ts).
 *
 * `usize` fields are addresses in bytes; heights and widths are in cells.
 */
export const WASM_CALLS = {
  gatherGemm: GATHER_GEMM,
  /** `offsets` is the map of offsets and masks. The fields before it are read as those of a `gatherGemm` too. */
  deformConv: { ...GATHER_GEMM, offsets: "usize" },
  winograd2: WINOGRAD,
  winograd4: WINOGRAD,
  winogradWeights2: WINOGRAD_WEIGHTS,
  winogradWeights4: WINOGRAD_WEIGHTS,
  depthwise: {
    ...MAPS,
    ...SIZE,
    ...OUTPUT_SIZE,
    ...WINDOW,
    ...FINISH,
    weights: "usize",
    small: "i32",
    predecessor: "usize",
    bandRows: "i32",
    bands: "i32",
    splits: "i32",
  },
  depthwiseTransposed: { ...MAPS, ...SIZE, ...OUTPUT_SIZE, ...WINDOW, ...FINISH, weights: "usize" },
  maxPool: { ...MAPS, ...SIZE, ...OUTPUT_SIZE, ...WINDOW, paddedWidth: "i32", outside: "f32" },
  cornerPool: { ...MAPS, ...SIZE, down: "i32", right: "i32" },
  affine: { ...MAPS, cells: "i32", numbers: "usize", listBytes: "i32", low: "f32", high: "f32" },
  sum: { ...MAPS, cells: "i32", second: "usize" },
  copyChannels: { ...MAPS, cells: "i32", channels: "i32", first: "i32" },
  sigmoid: { ...MAPS, cells: "i32" },
  normalize: { ...MAPS, cells: "i32", numbers: "usize", listBytes: "i32", order: "usize" },
  normalizePixels: { ...MAPS, cells: "i32", partCells: "i32", numbers: "usize", order: "usize" },
  upsampleNearest: { ...MAPS, ...SIZE },
  upsampleBilinear: { ...MAPS, ...SIZE },
  widenPixels: { ...MAPS, cells: "i32", partCells: "i32" },
  packWeights: {
    ...MAPS,
    kernelOffsets: "usize",
    inputs: "i32",
    channels: "i32",
    inputStep: "i32",
    outputStep: "i32",
    panelFloats: "i32",
    offsetFloats: "i32",
  },
  channelsLast: { ...MAPS, cells: "i32", channels: "i32", unitCells: "i32", findings: "usize" },
} as const;

export type WasmFunction = keyof typeof WASM_CALLS;

/** One call of a function of the module. Its units may run in any order and on any thread. */
export interface WasmStep {
  readonly function: WasmFunction;
  readonly fields: Readonly<Record<string, number>>;
  readonly units: number;
}

export function wasmStep<Name extends WasmFunction>(
  name: Name,
  units: number,
  fields: Readonly<Record<keyof (typeof WASM_CALLS)[Name], number>>,
): WasmStep {
  return { function: name, units, fields };
}

/** Numbers that stay in memory as long as the plan: weights, in the order in which the function reads them. */
export interface WasmConstant {
  readonly floats: number;
  /** `target` is all zeros. */
  write(target: Float32Array, parameters: Readonly<Record<string, Float32Array>>): void;
  /**
   * Set if the module transforms the constant. `write` then fills temporary memory of this many floats, and the step
   * transforms them from there to their final place. A `quick` one is not worth a message to the threads.
   */
  readonly transform?: {
    readonly floats: number;
    readonly quick?: boolean;
    step(source: number, destination: number): WasmStep;
  };
}

/** Addresses of a kernel's maps and constants, in bytes. */
export interface WasmAddresses {
  readonly inputs: readonly number[];
  /** 0 without a residual. */
  readonly residual: number;
  readonly output: number;
  /** In the order of `WasmKernel.constants`. */
  readonly constants: readonly number[];
  /** 0 for a kernel without one. */
  readonly workspace: number;
  /** The fields of the preceding layer's call, if that layer is computed inside this one. */
  readonly predecessor?: number;
  /** How many threads share the layer's units. */
  readonly threads: number;
}

/**
 * A layer that the next layer can compute for itself, block by block, instead of reading its map from memory:
 *
 *     separate   producer: whole map → memory;   consumer: block of the map → output
 *     fused      for each block of the output: producer → block in the cache → consumer → output
 */
export interface FusedProducer {
  /** How many input cells each of its outputs reads. Blocks that overlap gather what they share anew. */
  readonly kernelOffsets: number;
  /** What a block of this many cells needs. */
  scratchBytes(cells: number): number;
}

/** A layer that can compute the layer before it, block by block. */
export interface FusedConsumer {
  /** How many cells of that layer's map it needs at a time. */
  readonly cells: number;
  /** A producer with more kernel offsets is not worth fusing. */
  readonly maxKernelOffsets: number;
}

/** A layer of fewer blocks is split further if several threads share it (threadSplits.ts). */
export const MIN_UNITS = 4;

/**
 * The least splits of a Winograd layer's panels, which keep its scratch memory small. All have the same number of panels,
 * except that the last may have fewer. It is never empty: a unit without panels would gather its inputs for nothing.
 */
export function panelSplits(panels: number, blocks: number): number {
  const wanted = Math.min(panels, Math.ceil(MIN_UNITS / blocks));
  return Math.ceil(panels / Math.ceil(panels / wanted));
}

/** A layer for the WebAssembly module. */
export interface WasmKernel {
  /** How it is computed, and why, in one line. */
  readonly algorithm: string;
  readonly constants: readonly WasmConstant[];
  /** Private memory of one unit while it runs. */
  readonly scratchBytes: number;
  /** Memory in which its steps pass data on. It is placed among the maps and exists only while the layer runs. */
  readonly workspaceBytes?: number;
  /** Set if the layer may be computed inside the layer that reads it. */
  readonly fusesIntoNext?: FusedProducer;
  /** Set if the layer before may be computed inside this one. */
  readonly fusesPrevious?: FusedConsumer;
  steps(at: WasmAddresses): readonly WasmStep[];
}

/** The user's choices that kernels depend on. */
export interface WasmChoices {
  readonly precision: Precision;
  readonly memory: MemoryUse;
}

export const DEFAULT_CHOICES: WasmChoices = { precision: "default", memory: "default" };

export type WasmKernelOf<Attributes extends object> = (
  call: KernelCall<Attributes>,
  choices: WasmChoices,
) => WasmKernel;
