import type { Graph } from "../../graph/graph.ts";
import { BYTES_PER_FLOAT, DEFAULT_CHOICES, type WasmChoices } from "../../kernels/wasm/kernel.ts";
import { planLayout } from "./planLayout.ts";
import { ADDRESSABLE_BYTES } from "./planMemory.ts";

export interface WasmPlanDescription {
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    /** How it is computed, and why. */
    readonly algorithm: string;
    /** Size of its weights in the form that the algorithm reads. */
    readonly weightBytes: number;
    /** Size of the map that it writes. */
    readonly mapBytes: number;
    /** The last layer that reads that map; null if the map is an output, which stays until the end. */
    readonly lastReader: string | null;
    /** Total size of the maps that are in use while it runs, with its own workspace. */
    readonly inUseBytes: number;
  }[];
  /** The plan's memory. `maps` is their peak: maps that are no longer read make room for others. */
  readonly bytes: {
    readonly weights: number;
    readonly maps: number;
    /** What maps would take if none shared memory. */
    readonly unsharedMaps: number;
    readonly scratch: number;
    readonly total: number;
    /** The most that WebAssembly can address. A larger plan is refused on every machine. */
    readonly most: number;
  };
}

/**
 * How `wasm` would run a graph, found without weights and without allocating memory. Each thread has its own scratch
 * memory; nothing else depends on the number of threads.
 *
 * @param graph as it runs, that is, after folding and fusing.
 */
export function describeWasmPlan(
  graph: Graph,
  choices: WasmChoices = DEFAULT_CHOICES,
  threads = 1,
): WasmPlanDescription {
  const { nodes, lifetimes, bytes } = planLayout(graph, choices, threads);
  const byName = new Map(lifetimes.map((lifetime) => [lifetime.name, lifetime]));
  const layers = nodes.map(({ node, kernel, group }, index) => {
    const map = byName.get(node.name);
    const inUse = lifetimes.filter(({ from, until }) => from <= index && index <= until);
    return {
      name: node.name,
      op: node.op,
      algorithm:
        group && group.last !== node.name ? `${kernel.algorithm}; inside ${group.last}` : kernel.algorithm,
      weightBytes: kernel.constants.reduce((sum, { floats }) => sum + floats * BYTES_PER_FLOAT, 0),
      mapBytes: map?.bytes ?? 0,
      lastReader: nodes[map?.until ?? nodes.length]?.node.name ?? null,
      inUseBytes: inUse.reduce((sum, lifetime) => sum + lifetime.bytes, 0),
    };
  });
  const unsharedMaps = lifetimes.reduce((sum, lifetime) => sum + lifetime.bytes, 0);
  const { constants: weights, maps, scratch, total } = bytes;
  return { layers, bytes: { weights, maps, unsharedMaps, scratch, total, most: ADDRESSABLE_BYTES } };
}
