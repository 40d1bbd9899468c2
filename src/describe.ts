/** What a network consists of and what it costs, read off its graph. */
import { type Graph, type GraphNode, neededNodes, shapesByName } from "./graph/graph.ts";
import type { Op } from "./graph/op.ts";
import { OPS } from "./kernels/ops.ts";
import { elementCount, type Shape } from "./tensor.ts";

export interface GraphDescription {
  /** All layers, in the order in which they run. */
  readonly layers: readonly LayerDescription[];
  readonly totals: GraphTotals;
}

export interface LayerDescription {
  /** The node's name, as taps take it. */
  readonly name: string;
  /** The ops that it runs in one go: `conv2d`, or `conv2d+bias+relu6` where they are fused. */
  readonly op: string;
  /** Of its output: [1, height, width, channels]. */
  readonly shape: Shape;
  /** Numbers that it reads from the weights, or that are computed from them (a folded batch norm). */
  readonly parameters: number;
  /** Of convolutions alone, as papers count them. */
  readonly multiplyAdds: number;
  /** Whether the outputs need it; any other layer runs only where it is tapped. */
  readonly needed: boolean;
}

export interface GraphTotals {
  /** Kernels, biases, gammas and betas; each counts once, however many layers read it. */
  readonly trainableParameters: number;
  /** All that the checkpoint holds: also the moving statistics of batch norms, and the constants. */
  readonly storedNumbers: number;
  /** Of the layers that the outputs need. */
  readonly multiplyAdds: number;
  /** 2 · multiply-adds / 10^9, for one image of the graph's input size. */
  readonly gflops: number;
}

/**
 * The graph as it is given: describe it before or after the passes over it, as is wanted. `constants` are
 * what its model keeps in the checkpoint beside the layers' parameters: name → shape.
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
  const multiplyAdds = sum(layers, (layer) => (layer.needed ? layer.multiplyAdds : 0));
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
