import { consumerCounts, type Graph, type GraphNode } from "../graph.ts";
import { type Activation, NO_EPILOGUE, type Op } from "../op.ts";

/** The ops that an epilogue can run. */
const EPILOGUE_OPS: readonly string[] = ["bias", "add", "relu", "relu6"];

/**
 * Merges `bias`, `add` and `relu`/`relu6`, or those of them that are `merged`, into the convolution that feeds them
 * (see `Epilogue`), so that each convolution writes its output only once: graph → graph. A convolution whose value
 * something else reads too is left unchanged.
 */
export function fuseEpilogues(
  graph: Graph,
  ops: Readonly<Record<string, Op>>,
  merged: readonly string[] = EPILOGUE_OPS,
): Graph {
  const consumers = consumerCounts(graph);
  const nodes = new Map<string, GraphNode>();

  for (const node of graph.nodes) {
    const producer = node.inputs
      .map(fusible)
      .filter((candidate) => candidate && merged.includes(node.op) && accepts(candidate, node))
      .at(-1);
    if (!producer) {
      nodes.set(node.name, node);
      continue;
    }
    nodes.delete(producer.name);
    nodes.set(node.name, merge(producer, node));
  }
  return { ...graph, nodes: [...nodes.values()] };

  function fusible(name: string): GraphNode | undefined {
    const node = nodes.get(name);
    return node && consumers.get(name) === 1 && ops[node.op].kernelOutputAxis !== undefined
      ? node
      : undefined;
  }
}

/** Whether the node can be appended: an epilogue only runs as bias, residual, activation. */
function accepts(producer: GraphNode, node: GraphNode): boolean {
  const { bias, residual, activation } = producer.epilogue ?? NO_EPILOGUE;
  if (activation !== "none") return false;
  if (node.op === "bias") return !bias && !residual;
  if (node.op === "add") return !residual && node.inputs[0] !== node.inputs[1];
  return EPILOGUE_OPS.includes(node.op);
}

function merge(producer: GraphNode, node: GraphNode): GraphNode {
  const epilogue = producer.epilogue ?? NO_EPILOGUE;
  const merged = {
    ...producer,
    name: node.name,
    fused: [...(producer.fused ?? []), producer.name, ...(node.fused ?? [])],
  };
  if (node.op === "bias") {
    return {
      ...merged,
      parameters: { ...producer.parameters, bias: node.parameters.bias },
      epilogue: { ...epilogue, bias: true },
    };
  }
  if (node.op === "add") {
    const residual = node.inputs.filter((name) => name !== producer.name);
    return {
      ...merged,
      inputs: [...producer.inputs, ...residual],
      epilogue: { ...epilogue, residual: true },
    };
  }
  return { ...merged, epilogue: { ...epilogue, activation: node.op as Activation } };
}
