import type { Graph } from "../graph.ts";

/** How many nodes and graph outputs read each value. */
export function consumerCounts(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const readers = [...graph.nodes.flatMap((node) => node.inputs), ...Object.values(graph.outputs)];
  for (const name of readers) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
