import type { NdArray } from "ndarray";
import type { Graph } from "../graph/graph.ts";
import type { Tensor, Weights } from "../tensor.ts";
import type { BackendDetails } from "./backendDetails.ts";
import type { PeakAnswer, PeakQuery } from "./peakQuery.ts";

/** What a backend must be able to do. */
export interface Executor {
  /** The backend's name as users write it: `webasm`, `webgpu`, … */
  readonly backend: string;
  readonly details: BackendDetails;
  /** Whether its plans sample images themselves (src/backend/sampledImage.ts), as far as they can; others read their data. */
  readonly samplesImages?: boolean;
  /**
   * Compiles a graph and uploads its weights, once.
   *
   * @throws MemoryError where it knows that memory lacks.
   * @throws the signal's reason once it is aborted, where the backend heeds it.
   */
  prepare(graph: Graph, weights: Weights, options?: PrepareOptions): Promise<Plan>;
  /**
   * Where the backend knows what a plan takes before it makes one.
   *
   * @throws MemoryError where it cannot have that much.
   */
  checkMemory?(graph: Graph): void;
  /**
   * Lets go of what plans that were disposed of may still hold: threads keep their memory until they end. Called
   * only where no plan is in use.
   */
  releasePlans?(): Promise<void>;
  /** Frees everything, plans included. */
  dispose(): Promise<void>;
}

export interface PrepareOptions {
  /**
   * Told of each parameter that the plan needs no more, so that whoever has no other use for it can let go of it
   * and large weights are not held twice. A backend need not call it.
   */
  readonly onWritten?: (parameter: string) => void;
  /** Ends the preparation. A backend whose device prepares need not heed it. */
  readonly signal?: AbortSignal;
}

/** A graph ready to run. It owns its memory; nothing that it returns is freed by `dispose()`. */
export interface Plan {
  /**
   * Runs what the outputs and the taps need, and nothing else of the graph.
   *
   * @throws UsageError for a missing or misshapen input, an unknown tap, or after `dispose()`.
   * @throws DOMException "AbortError" once `signal` is aborted.
   */
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<RunResult>;
  dispose(): Promise<void>;
}

export interface RunOptions {
  /** Names of nodes whose values are wanted beside the outputs. */
  readonly taps?: readonly string[];
  readonly signal?: AbortSignal;
  /** All that is wanted of the outputs. A backend may find it on its device, or give the outputs all the same. */
  readonly peaks?: PeakQuery;
}

export interface RunResult {
  /** By output name; empty where there are `peaks`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** By node name; shape [1, height, width, channels]. */
  readonly taps: Readonly<Record<string, NdArray<Float32Array>>>;
  /** Only where they were asked for, from outputs whose every number is finite. */
  readonly peaks?: PeakAnswer;
}
