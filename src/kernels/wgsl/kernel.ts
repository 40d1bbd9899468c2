import type { Shape } from "../../tensor.ts";
import type { KernelCall, Precision } from "../kernel.ts";

/**
 * Maps lie on the GPU as [height][width][channels / 4] vectors of four floats, so that a thread moves 16
 * bytes at a time. The channels that fill up a cell's last vector hold finite numbers that no result depends on.
 */
export const LANES = 4;
export const BYTES_PER_VECTOR = 16;

/** How many vectors hold so many channels. */
export function vectorCount(channels: number): number {
  return Math.ceil(channels / LANES);
}

/** Of a map, in vectors. */
export function mapVectors([, height, width, channels]: Shape): number {
  return height * width * vectorCount(channels);
}

/**
 * A buffer that a dispatch reads or writes. `source` and `destination` are those of a constant that is
 * worked out on the device.
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
  /** WGSL with its shapes baked in; the entry point is `main`. Equal texts share a pipeline. */
  readonly code: string;
  /** Of the bindings 0, 1, 2, …, each used by the code. */
  readonly operands: readonly WgslOperand[];
  readonly workgroups: readonly [number, number, number];
  /** Multiply-adds or the like: what a long run is cut into submits by. */
  readonly work: number;
}

/** Numbers that stay on the device as long as the plan. */
export interface WgslConstant {
  readonly vectors: number;
  /** `target` is all zeros. */
  write(target: Float32Array, parameters: Readonly<Record<string, Float32Array>>): void;
  /** Set where the device works the constant out, once: `write` fills `source`, which is then dropped. */
  readonly transform?: { readonly vectors: number; readonly dispatch: WgslDispatch };
}

/** A layer for WebGPU. */
export interface WgslKernel {
  /** How it is computed and why that way, in a line. */
  readonly algorithm: string;
  readonly constants: readonly WgslConstant[];
  /** Buffers that hold something only between the layer's dispatches. */
  readonly scratchBytes: readonly number[];
  readonly dispatches: readonly WgslDispatch[];
}

export interface WgslCall<Attributes extends object = object> extends KernelCall<Attributes> {
  /** Of the residual: the output's shape, or half its height and width, to be read as if it were doubled. */
  readonly residual?: Shape;
}

/** What a workgroup computes of a matrix product: see `wgslGemm.ts`. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** How much of the inner side is in workgroup memory at a time. */
  readonly depth: number;
  /** What one thread computes of it; multiples of 4. */
  readonly threadRows: number;
  readonly threadColumns: number;
}

/** What kernels are made for. */
export interface WgslTarget {
  readonly precision: Precision;
  /** Largest first. */
  readonly tiles: readonly Tile[];
  /** Workgroups that the device runs at once, roughly. */
  readonly slots: number;
  /** Larger scratch is worked off in bands. */
  readonly maxBindingBytes: number;
}

export type WgslKernelOf<Attributes extends object> = (
  call: WgslCall<Attributes>,
  target: WgslTarget,
) => WgslKernel;
