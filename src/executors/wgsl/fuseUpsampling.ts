import type { Graph } from "../../graph/graph.ts";

/** What reads a map of half the size as if it were doubled: `add`, and the residual of an epilogue. */
const READS_HALF = (op: string, isResidual: boolean) => op === "add" || isResidual;

/**
 * Lets sums read the map before a nearest upsampling instead of the map after it: graph → graph. That saves
 * writing and reading a map of four times the size. The upsampling keeps its node, which runs where it is
 * tapped or read otherwise.
 */
export function fuseUpsampling(graph: Graph): Graph {
  const sources = new Map(
    graph.nodes.filter(({ op }) => op === "upsampleNearest").map(({ name, inputs }) => [name, inputs[0]]),
  );
  const nodes = graph.nodes.map((node) => {
    const inputs = node.inputs.map((name, index) => {
      const isResidual = node.epilogue?.residual === true && index === node.inputs.length - 1;
      return READS_HALF(node.op, isResidual) ? (sources.get(name) ?? name) : name;
    });
    return { ...node, inputs };
  });
  return { ...graph, nodes };
}
