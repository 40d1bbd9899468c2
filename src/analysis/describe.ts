/** The layers and the cost of a network, read off its graph. */
import { type Graph, type GraphNode, neededNodes, shapesByName } from "../graph/graph.ts";
import type { Op } from "../graph/op.ts";
import { OPS } from "../kernels/ops.ts";
import { elementCount, type Shape } from "../tensor.ts";

export interface GraphDescription {
  /** In the order in which they run. */
  readonly layers: readonly LayerDescription[];
  readonly totals: GraphTotals;
}

export interface LayerDescription {
  /** The node's name, which `taps` takes. */
  readonly name: string;
  /** Its op, or its fused ops: `conv2d`, `conv2d+bias+relu6`. */
  readonly op: string;
  /** Shape of its output: [1, height, width, channels]. */
  readonly shape: Shape;
  /** How many numbers it reads from the weights, including those computed from them (folded batch norms). */
  readonly parameters: number;
  /** As papers count them: those of convolutions; 0 for any other op. */
  readonly multiplyAdds: number;
  /** Whether the outputs depend on it. Other layers run only if they are tapped. */
  readonly needed: boolean;
}

export interface GraphTotals {
  /** Kernels, biases, gammas and betas. Each counts once, even if several layers read it. */
  readonly trainableParameters: number;
  /** All numbers in the checkpoint, including moving statistics of batch norms and constants. */
  readonly storedNumbers: number;
  /** Those of the layers that the outputs depend on. */
  readonly multiplyAdds: number;
  /** 2 · multiply-adds / 10⁹, for one image of the graph's input size. */
  readonly gflops: number;
}

/**
 * Describes a graph as it is: pass it before or after folding and fusing. `constants` are what the checkpoint
 * holds besides the layers' parameters: name → shape.
 */
export function describeGraph(
  graph: Graph,
  constants: ReadonlyMap<string, readonly number[]> = new Map(),
): GraphDescription {
  const shapes = shapesByName(graph);
  const needed = new Set(neededNodes(graph));
  const layers = graph.nodes.map((node): LayerDescription => {
    const { name, shape } = node;
    const parameters = sum(Object.values(node.parameters), (parameter) => size(graph, parameter));
    const multiplyAdds = multiplyAddsOf(node, shapes);
    return { name, op: opsOf(node), shape, parameters, multiplyAdds, needed: needed.has(node) };
  });
  const stored = Object.values(graph.parameters);
  const multiplyAdds = multiplyAddsIn(graph);
  return {
    layers,
    totals: {
      trainableParameters: sum(stored, ({ shape, trainable }) =>
        trainable === false ? 0 : elementCount(shape),
      ),
      storedNumbers: sum([...stored.map(({ shape }) => shape), ...constants.values()], elementCount),
      multiplyAdds,
      gflops: (2 * multiplyAdds) / 1e9,
    },
  };
}

/** Those of the layers that the outputs depend on. */
export function multiplyAddsIn(graph: Graph): number {
  const shapes = shapesByName(graph);
  return sum(neededNodes(graph), (node) => multiplyAddsOf(node, shapes));
}

function opsOf({ op, epilogue }: GraphNode): string {
  if (!epilogue) return op;
  const { bias, residual, activation } = epilogue;
  return [op, bias && "bias", residual && "add", activation !== "none" && activation]
    .filter(Boolean)
    .join("+");
}

function multiplyAddsOf(node: GraphNode, shapes: ReadonlyMap<string, Shape>): number {
  const op: Op = OPS[node.op as keyof typeof OPS] as Op;
  const inputs = node.inputs.map((name) => shapes.get(name) as Shape);
  return op.multiplyAdds(inputs, node.attributes, node.shape);
}

function size({ parameters, derived }: Graph, name: string): number {
  const pass = derived[name];
  if (!pass) return elementCount(parameters[name].shape);
  const source = pass.kind === "foldedKernel" ? pass.kernel : pass.norm.beta;
  return elementCount(parameters[source].shape);
}

function sum<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
