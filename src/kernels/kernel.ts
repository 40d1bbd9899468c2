import type { Epilogue } from "../graph/op.ts";
import type { Shape } from "../tensor.ts";

/** One use of an op: everything that a kernel needs to know about it. */
export interface KernelCall<Attributes extends object = object> {
  readonly attributes: Attributes;
  /** Without the residual, which has the output's shape. */
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly epilogue: Epilogue;
}

/**
 * A layer for gpu.js, which translates `source` to WGSL, GLSL or WebAssembly, or runs it as JavaScript.
 *
 * Each thread computes one number: `this.thread.z`, `.y`, `.x` are the row, column and channel of the output.
 * Inputs are read as `x[row][column][channel]`. The source is text rather than a function, so that no bundler can
 * rename its variables. Loops start at a literal and end at a constant, because gpu.js silently cuts others.
 */
export interface GpuKernel {
  readonly source: string;
  /** Read as `this.constants.name`. */
  readonly integers?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** Read as `this.constants.name[index]`. */
  readonly tables?: Readonly<Record<string, readonly number[]>>;
  /**
   * Dimensions of each parameter, innermost first. A convolution's kernel [k, k, in, out] is `[out, in, k·k]` and is
   * read as `this.constants.kernel[u * k + v][in][out]`.
   */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
}

/**
 * A kernel may consist of several passes. Each computes a map of the output's shape, which is the only input of the
 * next. All passes can read the op's parameters.
 */
export type GpuKernelOf<Attributes extends object> = (
  call: KernelCall<Attributes>,
) => GpuKernel | readonly GpuKernel[];

/**
 * The op in plain arithmetic, never optimized: every other kernel is compared with it. Sums are float64 and rounded
 * once. Maps and parameters have the layout that the op declares.
 */
export type ReferenceKernel<Attributes extends object> = (
  call: KernelCall<Attributes>,
  inputs: readonly Float32Array[],
  parameters: Readonly<Record<string, Float32Array>>,
) => Float32Array;

/** Calls `value` for every cell of a map, row by row. */
export function fillMap(
  [, height, width, channels]: Shape,
  value: (row: number, column: number, channel: number) => number,
): Float32Array {
  const map = new Float32Array(height * width * channels);
  let index = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) map[index++] = value(row, column, channel);
    }
  }
  return map;
}

/** `exact` forgoes Winograd's F(4x4), which is faster but rounds more, and takes sums in shorter runs. */
export const PRECISIONS = ["default", "exact"] as const;
export type Precision = (typeof PRECISIONS)[number];

/**
 * The builds of `wasm`, the best first. `relaxed` has fused multiply-adds, which round once if the processor supports them,
 * and is a third faster; its results may differ in the last digits between kinds of processors. It needs a browser, Node 22,
 * or Node 20 with a flag. `plain` has the same bits everywhere.
 */
export const WASM_BUILDS = ["relaxed", "plain"] as const;
export type WasmBuild = (typeof WASM_BUILDS)[number];

/**
 * `low` keeps the weights of every Winograd layer as they are stored and transforms them in each run, into a workspace
 * that all layers share: about 60 % of the memory, for a few percent more time. By default only layers with large maps
 * do so (conv2d/wasmWinograd.ts). Only `wasm` has this choice.
 */
export const MEMORY_USES = ["default", "low"] as const;
export type MemoryUse = (typeof MEMORY_USES)[number];
