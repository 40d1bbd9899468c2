import type { Graph } from "../../graph/graph.ts";
import { BYTES_PER_FLOAT, DEFAULT_CHOICES, type WasmChoices } from "../../kernels/wasm/kernel.ts";
import { planLayout } from "./planLayout.ts";
import { ADDRESSABLE_BYTES } from "./planMemory.ts";

export interface WasmPlanDescription {
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    /** How it is computed, and why that way. */
    readonly algorithm: string;
    /** Of its weights as the algorithm reads them. */
    readonly weightBytes: number;
    /** Of the map that it writes. */
    readonly mapBytes: number;
    /** The last layer that reads that map; null where it is an output, which stays. */
    readonly lastReader: string | null;
    /** Of all maps, and its own workspace, that are in use while it runs. */
    readonly inUseBytes: number;
  }[];
  /** What a plan of this graph takes: `maps` is their peak, since those that are no longer read give place. */
  readonly bytes: {
    readonly weights: number;
    readonly maps: number;
    /** What maps would take if none gave place. */
    readonly unsharedMaps: number;
    readonly scratch: number;
    readonly total: number;
    /** All that WebAssembly can address: a plan of more is refused on every machine. */
    readonly most: number;
  };
}

/**
 * What `wasm` would do with a graph as it is to be run, worked out without weights and without memory. Each thread
 * has scratch of its own; nothing else depends on their number.
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
