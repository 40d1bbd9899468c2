import type { BenchNetwork, PeerName } from "../networks.ts";
import type { NetworkFiles } from "../prepareNetwork.ts";

/** Builds of this project: `wasm` with plain or relaxed SIMD, or gpu.js in Node. */
export const BUILDS = ["plain", "relaxed", "webasm", "cpu"] as const;
export type Build = (typeof BUILDS)[number];

/** The two builds of `wasm`. */
export function isWasm(build: Build | undefined): build is "plain" | "relaxed" {
  return build === "plain" || build === "relaxed";
}

/** What to load in an engine's process. */
export interface EngineSpec {
  readonly engine: "centernet" | PeerName;
  readonly network: BenchNetwork;
  readonly files: NetworkFiles;
  readonly threads: number;
  /** For centernet only. */
  readonly build?: Build;
  /** For peers in Python only: one that has them. */
  readonly python?: string;
}

/** Times of one run, in milliseconds. */
export interface RunTimes {
  /** From the input map to the output maps, in the engine's own layout. */
  readonly network: number;
  /** From a JPEG file's bytes to detections. All engines but TensorFlow.js share the code for decoding and resizing. */
  readonly total: number;
}

/** Maps by name, or `poses`: one row of numbers per person, best first. */
export type EngineOutputs = Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;

/** A network, loaded by one of the engines compared. */
export interface Engine {
  /** Name and version. */
  readonly title: string;
  /** Runs once, from an image's bytes. */
  run(image: Uint8Array): Promise<RunTimes>;
  /** The outputs for an image, to compare with the others. */
  outputs(image: Uint8Array): Promise<EngineOutputs>;
  /** If the engine runs in a process of its own: that process's. */
  memory?(): Memory;
}

/** In bytes. */
export interface Memory {
  /** Resident memory at the end of a run. */
  readonly resident: number;
  /** Peak of the resident memory, loading included. */
  readonly peak: number;
}
