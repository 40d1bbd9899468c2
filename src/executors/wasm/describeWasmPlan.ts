import type { Graph } from "../../graph/graph.ts";
import { BYTES_PER_FLOAT, DEFAULT_CHOICES, type WasmChoices } from "../../kernels/wasmKernel.ts";
import { planLayout } from "./planLayout.ts";

export interface WasmPlanDescription {
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    /** How it is computed, and why that way. */
    readonly algorithm: string;
    /** Of its weights as the algorithm reads them. */
    readonly weightBytes: number;
  }[];
  /** What a plan of this graph takes: `maps` is their peak, since those that are no longer read give place. */
  readonly bytes: {
    readonly weights: number;
    readonly maps: number;
    readonly scratch: number;
    readonly total: number;
  };
}

/** What `wasm` would do with a graph as it is to be run, worked out without weights and without memory. */
export function describeWasmPlan(graph: Graph, choices: WasmChoices = DEFAULT_CHOICES): WasmPlanDescription {
  const { nodes, bytes } = planLayout(graph, choices);
  return {
    layers: nodes.map(({ node, kernel }) => ({
      name: node.name,
      op: node.op,
      algorithm: kernel.algorithm,
      weightBytes: kernel.constants.reduce((sum, { floats }) => sum + floats * BYTES_PER_FLOAT, 0),
    })),
    bytes: { weights: bytes.constants, maps: bytes.maps, scratch: bytes.scratch, total: bytes.total },
  };
}
