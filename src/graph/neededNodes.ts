import type { Graph, GraphNode } from "./graph.ts";

/**
 * The nodes that must run for the graph's outputs and for the named values, in the graph's order. A network
 * may have more: what is only there to be tapped, such as the heads of an hourglass' first stack.
 */
export function neededNodes(graph: Graph, names: readonly string[] = []): GraphNode[] {
  const needed = new Set([...Object.values(graph.outputs), ...names]);
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!needed.has(node.name)) return false;
    for (const input of node.inputs) needed.add(input);
    return true;
  });
  return kept.reverse();
}
