import type { Graph, GraphNode } from "../src/graph/graph.ts";
import { elementCount, type Parameter, type Weights } from "../src/tensor.ts";
import { formulaValues } from "../test/support/syntheticFormula.ts";

/**
 * Synthetic weights for a model's graph, the same on every machine: kernels after He et al. (arXiv:1502.01852), so that
 * values keep their magnitude from layer to layer, and batch norms near 1. A norm at the end of a residual branch has half
 * the gain, because each block's sum would otherwise double the variance.
 */
export function syntheticWeights(graph: Graph): Weights {
  const weights = new Map<string, Parameter>();
  for (const node of graph.nodes) {
    for (const [role, name] of Object.entries(node.parameters)) {
      const { shape } = graph.parameters[name];
      weights.set(name, { shape, data: values(graph, node, role, name, shape) });
    }
  }
  return weights;
}

function values(
  graph: Graph,
  node: GraphNode,
  role: string,
  name: string,
  shape: readonly number[],
): Float32Array {
  const count = elementCount(shape);
  switch (role) {
    case "kernel":
      return formulaValues(name, count, Math.sqrt((3 * gain(graph, node)) / fanIn(node, shape)));
    case "gamma": {
      const middle = readers(graph, node).some(({ op }) => op === "add") ? 0.5 : 1;
      return formulaValues(name, count, 0.2 * middle).map((value) => middle + value);
    }
    case "variance":
      return formulaValues(name, count, 0.2).map((value) => 1 + value);
    default:
      return formulaValues(name, count, 0.1);
  }
}

/** Number of products summed per output. In a transposed convolution, each output uses 1 in stride² of the kernel. */
function fanIn({ op, attributes }: GraphNode, [height, width, a, b]: readonly number[]): number {
  switch (op) {
    case "depthwiseConv2d":
      return height * width;
    case "transposedConv2d":
      return (height * width * b) / Number(attributes.stride) ** 2;
    case "depthwiseTransposedConv2d":
      return (height * width) / Number(attributes.stride) ** 2;
    default:
      return height * width * a;
  }
}

/** ReLU halves the mean square. */
function gain(graph: Graph, node: GraphNode): number {
  const [next] = readers(graph, node);
  if (next?.op === "batchNorm" || next?.op === "bias") return gain(graph, next);
  return next?.op === "relu" || next?.op === "relu6" ? 2 : 1;
}

function readers(graph: Graph, { name }: GraphNode): GraphNode[] {
  return graph.nodes.filter(({ inputs }) => inputs.includes(name));
}
