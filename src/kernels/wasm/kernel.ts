import type { KernelCall, MemoryUse, Precision } from "../kernel.ts";

/**
 * Maps lie in WebAssembly's memory in planes of four channels, [channels / 4][height][width][4]: four
 * channels of a cell are one vector of SIMD, and whatever slides over a map moves by whole vectors. The
 * channels that fill up the last plane hold finite numbers that no result depends on.
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
/** `residual` is 0 where there is none; the sum is held between `low` and `high`. */
const FINISH = { bias: "usize", residual: "usize", low: "f32", high: "f32" } as const;
const WINDOW = { kernel: "i32", stride: "i32", padTop: "i32", padLeft: "i32" } as const;

const WINOGRAD = {
  ...MAPS,
  ...SIZE,
  ...OUTPUT_SIZE,
  ...FINISH,
  padTop: "i32",
  padLeft: "i32",
  planes: "i32",
  outputPlanes: "i32",
  weights: "usize",
  tilesAcross: "i32",
  tiles: "i32",
  blockTiles: "i32",
  blocks: "i32",
  splits: "i32",
} as const;
const WINOGRAD_WEIGHTS = { ...MAPS, channels: "i32", planes: "i32", panels: "i32" } as const;

/**
 * The functions of the WebAssembly module and what each reads from its call: fields of four bytes in this
 * order. The build writes the AssemblyScript classes from this table (scripts/wasm/callClasses.ts).
 * Addresses are in bytes, `usize`; heights, widths and counts are in cells and planes.
 */
export const WASM_CALLS = {
  gatherGemm: {
    ...MAPS,
    ...SIZE,
    ...FINISH,
    planes: "i32",
    weights: "usize",
    kernelOffsets: "i32",
    kernelOffsetTable: "usize",
    depth: "i32",
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
  },
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
  },
  maxPool: { ...MAPS, ...SIZE, ...OUTPUT_SIZE, ...WINDOW, paddedWidth: "i32", outside: "f32" },
  cornerPool: { ...MAPS, ...SIZE, down: "i32", right: "i32" },
  affine: { ...MAPS, cells: "i32", numbers: "usize", listBytes: "i32", low: "f32", high: "f32" },
  sum: { ...MAPS, cells: "i32", second: "usize" },
  sigmoid: { ...MAPS, cells: "i32" },
  normalize: { ...MAPS, cells: "i32", numbers: "usize", listBytes: "i32", order: "usize" },
  normalizePixels: { ...MAPS, cells: "i32", partCells: "i32", numbers: "usize", order: "usize" },
  upsampleNearest: { ...MAPS, ...SIZE },
  upsampleBilinear: { ...MAPS, ...SIZE },
} as const;

export type WasmFunction = keyof typeof WASM_CALLS;

/** One call of a function of the module, cut into units that may run in any order and on any thread. */
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

/** Numbers that stay in memory as long as the plan: weights in the order that the function reads them. */
export interface WasmConstant {
  readonly floats: number;
  /** `target` is all zeros. */
  write(target: Float32Array, parameters: Readonly<Record<string, Float32Array>>): void;
  /**
   * Set where the module works the constant out: `write` gets memory of its own for so many floats, which are
   * gone afterwards, and the step brings them from there to where they stay.
   */
  readonly transform?: { readonly floats: number; step(source: number, destination: number): WasmStep };
}

/** Where the maps and constants of a kernel lie, in bytes. */
export interface WasmAddresses {
  readonly inputs: readonly number[];
  /** 0 without a residual. */
  readonly residual: number;
  readonly output: number;
  /** In the order of `WasmKernel.constants`. */
  readonly constants: readonly number[];
  /** 0 for a kernel without one. */
  readonly workspace: number;
  /** Where the fields of the layer lie that is to be computed inside this one. */
  readonly predecessor?: number;
}

/** Of a layer that the next can compute block by block, in the place of reading its map. */
export interface FusedProducer {
  /** How many cells each of its outputs sees: what several blocks see of them is gathered for each anew. */
  readonly kernelOffsets: number;
  /** For a block of so many cells. */
  scratchBytes(cells: number): number;
}

/** Of a layer that can compute the one before inside itself. */
export interface FusedConsumer {
  /** How many cells of that layer's map it needs at a time. */
  readonly cells: number;
  /** Of more taps it gains nothing. */
  readonly maxKernelOffsets: number;
}

/** A layer of fewer units is cut further, to be worth several threads. */
export const MIN_UNITS = 4;

/**
 * How many splits a layer's panels are cut into: of equally many but for the last, which is never empty, since a unit
 * without panels would gather its inputs for nothing.
 */
export function panelSplits(panels: number, blocks: number): number {
  const wanted = Math.min(panels, Math.ceil(MIN_UNITS / blocks));
  return Math.ceil(panels / Math.ceil(panels / wanted));
}

/** A layer for the WebAssembly module. */
export interface WasmKernel {
  /** How it is computed and why that way, in a line. */
  readonly algorithm: string;
  readonly constants: readonly WasmConstant[];
  /** What one unit needs for itself while it runs. */
  readonly scratchBytes: number;
  /** What its steps leave for each other: it lies among the maps, for this layer alone. */
  readonly workspaceBytes?: number;
  /** Set where the layer may be computed inside the one that reads it. */
  readonly fusesIntoNext?: FusedProducer;
  /** Set where the layer before may be computed inside this one. */
  readonly fusesPrevious?: FusedConsumer;
  steps(at: WasmAddresses): readonly WasmStep[];
}

/** What the user decides about kernels. */
export interface WasmChoices {
  readonly precision: Precision;
  readonly memory: MemoryUse;
}

export const DEFAULT_CHOICES: WasmChoices = { precision: "default", memory: "default" };

export type WasmKernelOf<Attributes extends object> = (
  call: KernelCall<Attributes>,
  choices: WasmChoices,
) => WasmKernel;
