import { type Graph, shapesByName } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";

/** Memory that is needed from step `from` until step `until`, both included. Node i of a graph runs at step i. */
export interface Lifetime {
  readonly name: string;
  readonly bytes: number;
  readonly from: number;
  readonly until: number;
}

/**
 * How long each value of a graph needs memory: from the node that computes it until the last node that reads it.
 * Inputs exist before step 0; outputs stay until the end.
 *
 * @param mapBytes size of a map of this shape, as the backend stores it.
 * @param lastStep the step at which a node has read its inputs and written its map; by default its own.
 */
export function mapLifetimes(
  graph: Graph,
  mapBytes: (shape: Shape) => number,
  lastStep: (node: number) => number = (node) => node,
): Lifetime[] {
  const from = new Map(graph.nodes.map(({ name }, index) => [name, index]));
  const until = new Map<string, number>();
  for (const [index, { name, inputs }] of graph.nodes.entries()) {
    for (const value of [name, ...inputs]) {
      until.set(value, Math.max(until.get(value) ?? 0, lastStep(index)));
    }
  }
  for (const name of Object.values(graph.outputs)) until.set(name, graph.nodes.length);
  return [...shapesByName(graph)].map(([name, shape]) => ({
    name,
    bytes: mapBytes(shape),
    from: from.get(name) ?? -1,
    until: until.get(name) ?? -1,
  }));
}
