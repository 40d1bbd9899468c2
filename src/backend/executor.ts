import type { Graph } from "../graph/graph.ts";
import type { Tensor, Weights } from "../tensor.ts";
import type { BackendDetails } from "./backendDetails.ts";
import type { LayerTimes } from "./layerTimes.ts";
import type { PeakAnswer, PeakQuery } from "./peakQuery.ts";

/** What a backend must implement. */
export interface Executor {
  /** The backend's name as users write it: `webasm`, `webgpu`, … */
  readonly backend: string;
  readonly details: BackendDetails;
  /** Whether its plans can sample images themselves (sampledImage.ts). Other backends read an image's `data`. */
  readonly samplesImages?: boolean;
  /** Whether its plans can time their layers (`Plan.timeLayers`). */
  readonly timesLayers?: boolean;
  /**
   * Compiles a graph and uploads its weights, once.
   *
   * @throws ModelError if a parameter is missing or does not have the shape that the graph needs.
   * @throws MemoryError if the plan is known not to fit in memory.
   * @throws BackendError if the device fails.
   * @throws the signal's reason if it is aborted and the backend supports that.
   */
  prepare(graph: Graph, weights: Weights, options?: PrepareOptions): Promise<Plan>;
  /**
   * Checks a graph's memory use without preparing it. Absent if the backend cannot know it in advance.
   *
   * @throws MemoryError if the plan would not fit in memory.
   */
  checkMemory?(graph: Graph): void;
  /** The bytes that a plan of this graph takes. Absent if the backend cannot know it in advance. */
  planBytes?(graph: Graph): number;
  /**
   * Frees what disposed plans may still hold: threads keep a plan's memory until they end. Call it only while no plan
   * is in use.
   */
  releasePlans?(): Promise<void>;
  /** Frees everything, including its plans. */
  dispose(): Promise<void>;
}

export interface PrepareOptions {
  /**
   * Called for each parameter once the plan no longer needs it, so that the caller can release it and large weights
   * are not held twice. A backend need not call it.
   */
  readonly onWritten?: (parameter: string) => void;
  /** Cancels the preparation. A backend whose device does the work may ignore it. */
  readonly signal?: AbortSignal;
}

/** A graph that is ready to run. It owns its memory; `dispose()` does not free the results it has returned. */
export interface Plan {
  /**
   * Runs the nodes that the outputs and taps depend on, and no others.
   *
   * @throws UsageError for a missing or misshapen input, an unknown tap, or a disposed plan.
   * @throws BackendError if the device fails.
   * @throws DOMException "AbortError" once `signal` is aborted.
   */
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<RunResult>;
  /**
   * Runs the network as `run` does, but layer by layer, and times each. Absent if the backend cannot tell its layers
   * apart.
   *
   * @throws as `run`.
   */
  timeLayers?(inputs: Readonly<Record<string, Tensor>>, signal?: AbortSignal): Promise<LayerTimes>;
  dispose(): Promise<void>;
}

/**
 * Called with each tap as it is computed, in the graph's order. The run waits for the returned promise before it goes
 * on, and keeps nothing: a network can be walked whose values would not fit in memory together. The tensor is a copy
 * that may be changed, kept or transferred to a worker. What it throws is what the run throws.
 *
 * It must not wait for another run of the same network, which would wait for this one.
 */
export type OnTap = (name: string, tensor: Tensor) => void | Promise<void>;

export interface RunOptions {
  /** Names of nodes whose values to return besides the outputs, or to pass to `onTap`. */
  readonly taps?: readonly string[];
  /** If set, each tap is passed to it instead of being returned. */
  readonly onTap?: OnTap;
  readonly signal?: AbortSignal;
  /** If set, the caller needs only these peaks. A backend may find them on its device, or return the outputs anyway. */
  readonly peaks?: PeakQuery;
}

/** What all numbers of some maps have in common. */
export interface Findings {
  readonly finite: boolean;
  /** All of them are 0. */
  readonly zero: boolean;
}

export interface RunResult {
  /** By output name; empty if there are `peaks`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What the outputs' numbers are, if the backend has looked at all of them. */
  readonly findings?: Findings;
  /** By node name; shape [1, height, width, channels]. Empty if `onTap` was set. */
  readonly taps: Readonly<Record<string, Tensor>>;
  /** Returned only if asked for, and only if every number of the outputs that they come from is finite. */
  readonly peaks?: PeakAnswer;
}
