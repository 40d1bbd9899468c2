import type { BenchNetwork, PeerName } from "../networks.ts";
import type { NetworkFiles } from "../prepareNetwork.ts";

/** Of this project: `wasm` with plain SIMD or with relaxed, or what gpu.js makes of its kernels in Node. */
export const BUILDS = ["plain", "relaxed", "webasm", "cpu"] as const;
export type Build = (typeof BUILDS)[number];

/** `wasm`, in the two ways in which it is compiled. */
export function isWasm(build: Build | undefined): build is "plain" | "relaxed" {
  return build === "plain" || build === "relaxed";
}

/** What runs in a process of its own. */
export interface EngineSpec {
  readonly engine: "centernet" | PeerName;
  readonly network: BenchNetwork;
  readonly files: NetworkFiles;
  readonly threads: number;
  /** Of centernet alone. */
  readonly build?: Build;
}

/** One run, in milliseconds. */
export interface RunTimes {
  /** Input map to output maps, in the engine's own layout. */
  readonly network: number;
  /** A JPEG file's bytes to detections: decoding and resizing as well, which all engines share but TensorFlow.js. */
  readonly total: number;
}

/** Maps by their names, or `poses`: a row of numbers a person, best first. */
export type EngineOutputs = Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;

/** A network loaded by one of the programs that are compared. */
export interface Engine {
  /** With its version. */
  readonly title: string;
  /** From an image's bytes. */
  run(image: Uint8Array): Promise<RunTimes>;
  /** What it gives for an image, to be compared with the others. */
  outputs(image: Uint8Array): Promise<EngineOutputs>;
}

/** In bytes. */
export interface Memory {
  /** Resident at the end of a run. */
  readonly resident: number;
  /** The most that was ever resident, loading included. */
  readonly peak: number;
}
