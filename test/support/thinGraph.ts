import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, type GraphNode, shapesByName } from "../../src/graph/graph.ts";
import { type Parameter, type Shape, shapeOf, type Tensor, tensor, type Weights } from "../../src/tensor.ts";

/**
 * The same network with one channel in every map, and no shift of the pixels. What a cell depends on does not change,
 * and the deepest network runs in a fraction of a second.
 */
export function thinGraph(graph: Graph): Graph {
  const thin = ([, height, width]: Shape) => shapeOf(height, width, 1);
  const parameters = Object.entries(graph.parameters).map(([name, { shape }]) => {
    const sides = shape.length === 4 ? [shape[0], shape[1], 1, 1] : shape.map(() => 1);
    return [name, { shape: sides }];
  });
  return {
    ...graph,
    inputs: Object.fromEntries(Object.entries(graph.inputs).map(([name, shape]) => [name, thin(shape)])),
    nodes: graph.nodes.map((node) => ({
      ...node,
      shape: thin(node.shape),
      attributes: thinAttributes(node),
    })),
    parameters: Object.fromEntries(parameters),
  };
}

function thinAttributes({ op, attributes }: GraphNode): GraphNode["attributes"] {
  if (op === "normalize") return { order: [0], mean: [0], scale: [1], offset: [0] };
  return "channels" in attributes ? { ...attributes, channels: 1 } : attributes;
}

/** Kernels and scales of 1, everything else 0: sums only grow, so that no dependency cancels or is cut off by a ReLU. */
function plainWeights(graph: Graph): Weights {
  const weights = Object.entries(graph.parameters).map(([name, { shape }]): [string, Parameter] => {
    const isFactor = /(kernel|gamma|variance)$/.test(name);
    const count = shape.reduce((product, side) => product * side, 1);
    return [name, { shape, data: new Float32Array(count).fill(isFactor ? 1 : 0) }];
  });
  return new Map(weights);
}

/** Runs the graph on inputs of zeros with ones where `isOne` says so. Returns the named values. */
export async function valuesOf(
  graph: Graph,
  names: readonly string[],
  isOne: (row: number, column: number) => boolean,
): Promise<ReadonlyMap<string, Tensor>> {
  const inputs = Object.entries(graph.inputs).map(([name, shape]) => {
    const input = tensor(shape);
    const [, , width, channels] = shape;
    input.data.forEach((_, i) => {
      const pixel = Math.floor(i / channels);
      if (isOne(Math.floor(pixel / width), pixel % width)) input.data[i] = 1;
    });
    return [name, input];
  });
  const plan = await referenceExecutor().prepare({ ...graph, outputs: {} }, plainWeights(graph));
  const { taps } = await plan.run(Object.fromEntries(inputs), { taps: names });
  const shapes = shapesByName(graph);
  return new Map(
    names.map((name) => [name, { shape: shapes.get(name) as Shape, data: taps[name].data as Float32Array }]),
  );
}
