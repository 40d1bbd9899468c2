import type { DerivedParameter } from "../derivedParameter.ts";
import { consumerCounts, type Graph, type GraphNode } from "../graph.ts";
import type { Op } from "../op.ts";

/**
 * Folds each inference batch norm into the convolution before it: graph → graph.
 *
 *     norm(conv(x, k) + b) = conv(x, k · f) + (beta + (b − mean) · f)    with f = gamma / √(variance + epsilon)
 *
 * The norm's node becomes a `bias` of the same name, so that it can still be tapped. The convolution (and its
 * bias, if it has one) is marked as fused into it. A norm that follows anything else is left unchanged.
 */
export function foldBatchNorm(graph: Graph, ops: Readonly<Record<string, Op>>): Graph {
  const consumers = consumerCounts(graph);
  const nodes = new Map<string, GraphNode>(graph.nodes.map((node) => [node.name, node]));
  const derived: Record<string, DerivedParameter> = { ...graph.derived };
  /** Node name → the nodes that replace it. The order is kept, so that the graph can still be run. */
  const replaced = new Map<string, readonly GraphNode[]>();

  for (const norm of graph.nodes) {
    if (norm.op !== "batchNorm") continue;
    const before = only(norm.inputs[0]);
    const bias = before?.op === "bias" ? before : undefined;
    const convolution = bias ? only(bias.inputs[0]) : before;
    const axis = convolution && ops[convolution.op].kernelOutputAxis;
    if (!convolution || axis === undefined) continue;

    const { gamma, beta, mean, variance } = norm.parameters;
    const parameters = { gamma, beta, mean, variance, epsilon: norm.attributes.epsilon as number };
    const kernel = `${convolution.parameters.kernel} (folded)`;
    const foldedBias = `${beta} (folded)`;
    derived[kernel] = { kind: "foldedKernel", kernel: convolution.parameters.kernel, axis, norm: parameters };
    derived[foldedBias] = { kind: "foldedBias", bias: bias?.parameters.bias, norm: parameters };

    // The folded convolution computes other numbers, so it must not have the original's name.
    const folded = `${convolution.name} (folded)`;
    const fused = [convolution.name, ...(bias ? [bias.name] : [])];
    for (const name of fused) replaced.set(name, []);
    replaced.set(norm.name, [
      { ...convolution, name: folded, parameters: { kernel } },
      { ...norm, op: "bias", attributes: {}, inputs: [folded], parameters: { bias: foldedBias }, fused },
    ]);
  }
  return { ...graph, nodes: graph.nodes.flatMap((node) => replaced.get(node.name) ?? [node]), derived };

  /** The node of that name if it has a single reader. */
  function only(name: string): GraphNode | undefined {
    return consumers.get(name) === 1 ? nodes.get(name) : undefined;
  }
}
