import { deriveParameter, stored } from "../../graph/derivedParameter.ts";
import { type Graph, type GraphNode, neededNodes, shapesByName } from "../../graph/graph.ts";
import { NO_EPILOGUE } from "../../graph/op.ts";
import { foldBatchNorm } from "../../graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "../../graph/passes/fuseEpilogues.ts";
import { OPS, type OpName } from "../../kernels/ops.ts";
import type { Layout, Shape, Weights } from "../../tensor.ts";
import { OnnxBuilder, type OnnxGraph, type OnnxValue } from "./onnxGraph.ts";
import { ONNX_OPS, type OnnxCall, type OnnxParameter, writeEpilogue } from "./onnxOps.ts";

/** The graph as ONNX runs it: batch norms folded, and each bias in the convolution before it. */
export function foldedForOnnx(graph: Graph): Graph {
  return fuseEpilogues(foldBatchNorm(graph, OPS), OPS, ["bias"]);
}

/** A graph of this project in ONNX, to which more nodes can be added. */
export interface GraphInOnnx {
  readonly builder: OnnxBuilder;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** By the name of the graph's output: the value, in NCHW, and its shape here. */
  readonly maps: Readonly<Record<string, { readonly value: string; readonly shape: Shape }>>;
}

/**
 * Converts a graph of this project and its weights to ONNX, node by node, as far as the outputs need it. Inputs and
 * outputs keep their names, and the value of each node has the node's name. `weights` are read while the file is written.
 */
export function graphInOnnx(graph: Graph, weights: Weights, layout: Layout): GraphInOnnx {
  const builder = new OnnxBuilder();
  const shapes = shapesByName(graph);
  const names = new Map(Object.keys(graph.inputs).map((name) => [name, name]));
  if (layout === "NHWC") {
    for (const name of names.keys()) names.set(name, turned(builder, name, [0, 3, 1, 2], `${name}/NCHW`));
  }
  for (const node of neededNodes(graph)) {
    names.set(node.name, addNode(builder, graph, node, weights, names, shapes));
    builder.value({ name: node.name, type: "float32", dims: channelsFirst(node.shape) });
  }
  const maps = Object.entries(graph.outputs).map(([name, node]) => {
    return [name, { value: names.get(node) as string, shape: shapes.get(node) as Shape }] as const;
  });
  for (const [name, { value }] of maps) {
    if (layout === "NHWC") turned(builder, value, [0, 2, 3, 1], name);
    else if (name !== value) builder.node("Identity", [value], {}, name);
  }
  const described = (name: string, shape: Shape): OnnxValue => {
    return { name, type: "float32", dims: layout === "NHWC" ? shape : channelsFirst(shape) };
  };
  return {
    builder,
    inputs: Object.entries(graph.inputs).map(([name, shape]) => described(name, shape)),
    outputs: maps.map(([name, { shape }]) => described(name, shape)),
    maps: Object.fromEntries(maps),
  };
}

/** The same as a whole graph. */
export function exportGraph(graph: Graph, weights: Weights, layout: Layout): OnnxGraph {
  const { builder, inputs, outputs } = graphInOnnx(graph, weights, layout);
  return builder.build(inputs, outputs);
}

/** Adds one node of this project and returns the name of its value, which is the node's. */
function addNode(
  builder: OnnxBuilder,
  graph: Graph,
  node: GraphNode,
  weights: Weights,
  names: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
): string {
  builder.scope = node.name;
  const inputs = node.inputs.map((name) => names.get(name) as string);
  const epilogue = node.epilogue ?? NO_EPILOGUE;
  const residual = epilogue.residual ? inputs.pop() : undefined;
  const { attributes, shape: output } = node;
  const inputShapes = node.inputs.map((name) => shapes.get(name) as Shape);
  const parameters = Object.fromEntries(
    Object.entries(node.parameters).map(([role, name]) => [role, parameterOf(graph, name, weights)]),
  );
  const write = ONNX_OPS[node.op as OpName] as (call: OnnxCall) => string;
  const value = write({ builder, inputs, inputShapes, output, attributes, parameters });
  return builder.rename(writeEpilogue(builder, value, epilogue, residual), node.name);
}

/** Constants and values share one space of names, and a bias is called like its node: hence the prefix. */
function parameterOf(graph: Graph, parameter: string, weights: Weights): OnnxParameter {
  const derived = graph.derived[parameter];
  const name = `weights/${parameter.replace(" (folded)", ".folded")}`;
  if (!derived) {
    const { shape } = graph.parameters[parameter];
    return { name, shape, data: () => stored(parameter, weights).data };
  }
  const source = derived.kind === "foldedKernel" ? derived.kernel : derived.norm.beta;
  return {
    name,
    shape: graph.parameters[source].shape,
    data: () => deriveParameter(derived, weights).data,
  };
}

function turned(builder: OnnxBuilder, value: string, perm: readonly number[], output: string): string {
  return builder.node("Transpose", [value], { perm }, output);
}

function channelsFirst([batch, height, width, channels]: Shape): number[] {
  return [batch, channels, height, width];
}
