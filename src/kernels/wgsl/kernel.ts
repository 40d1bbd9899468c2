import type { Shape } from "../../tensor.ts";
import type { KernelCall, Precision } from "../kernel.ts";

/**
 * On the GPU, a map is [height][width][channels / 4] vectors of four floats, so that a thread moves 16 bytes at a time.
 * The lanes that pad a cell's last vector hold finite numbers that no result depends on.
 */
export const LANES = 4;
export const BYTES_PER_VECTOR = 16;

/** Vectors that hold this many channels. */
export function vectorCount(channels: number): number {
  return Math.ceil(channels / LANES);
}

/** Size of a map, in vectors. */
export function mapVectors([, height, width, channels]: Shape): number {
  return height * width * vectorCount(channels);
}

/**
 * A buffer that a dispatch reads or writes. `source` and `destination` belong to a constant that is transformed on the
 * device.
 */
export type WgslOperand =
  | `input${number}`
  | "residual"
  | "output"
  | `constant${number}`
  | `scratch${number}`
  | "source"
  | "destination";

/** One run of a compute shader. */
export interface WgslDispatch {
  /** WGSL with constant shapes; the entry point is `main`. Equal texts share a pipeline. */
  readonly code: string;
  /** Buffers of the bindings 0, 1, 2, …; the code uses each. */
  readonly operands: readonly WgslOperand[];
  readonly workgroups: readonly [number, number, number];
  /** Multiply-adds, or operations of similar cost: long runs are split into submits by it. */
  readonly work: number;
}

/** Numbers that stay on the device for the lifetime of the plan. */
export interface WgslConstant {
  readonly vectors: number;
  /** Fills `target`, which is all zeros. */
  write(target: Float32Array, parameters: Readonly<Record<string, Float32Array>>): void;
  /** Set if the device computes the constant, once, from `source`: `write` fills that instead, and it is then freed. */
  readonly transform?: { readonly vectors: number; readonly dispatch: WgslDispatch };
}

/** A layer as WebGPU dispatches. */
export interface WgslKernel {
  /** How it is computed, and why, in one line. */
  readonly algorithm: string;
  readonly constants: readonly WgslConstant[];
  /** Buffers in use only between the layer's dispatches. */
  readonly scratchBytes: readonly number[];
  readonly dispatches: readonly WgslDispatch[];
}

export interface WgslCall<Attributes extends object = object> extends KernelCall<Attributes> {
  /** Shape of the residual: the output's, or half its height and width, to be read as if it were doubled. */
  readonly residual?: Shape;
}

/** The part of a matrix product that a workgroup computes; see `gemm.ts`. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Steps of the inner dimension in workgroup memory at a time. */
  readonly depth: number;
  /** The part that one thread computes; multiples of 4. */
  readonly threadRows: number;
  readonly threadColumns: number;
}

/** What kernels are compiled for. */
export interface WgslTarget {
  readonly precision: Precision;
  /** Largest first. */
  readonly tiles: readonly Tile[];
  /** Workgroups that the device runs at the same time, roughly. */
  readonly slots: number;
  /** Max bytes per buffer binding. Work that needs larger scratch buffers is split into bands. */
  readonly maxBindingBytes: number;
}

export type WgslKernelOf<Attributes extends object> = (
  call: WgslCall<Attributes>,
  target: WgslTarget,
) => WgslKernel;
