import { nodeParameters } from "../../src/executors/preparedNode.ts";
import { type Graph, neededNodes, shapesByName } from "../../src/graph/graph.ts";
import { NO_EPILOGUE } from "../../src/graph/op.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import type { Shape, Weights } from "../../src/tensor.ts";
import { OnnxBuilder, type OnnxGraph, type OnnxValue } from "./onnxGraph.ts";
import { ONNX_OPS, type OnnxCall, writeEpilogue } from "./onnxOps.ts";

/**
 * Converts a graph of this project and its weights to ONNX, node by node, as far as the outputs need it. Pass the graph
 * that is run, with batch norms folded, so that both engines do the same arithmetic. Inputs and outputs keep their names
 * and become NCHW, ONNX's only layout.
 */
export function exportGraph(graph: Graph, weights: Weights): OnnxGraph {
  const builder = new OnnxBuilder();
  const shapes = shapesByName(graph);
  const names = new Map(Object.keys(graph.inputs).map((name) => [name, name]));
  for (const node of neededNodes(graph)) {
    const inputs = node.inputs.map((name) => names.get(name) as string);
    const epilogue = node.epilogue ?? NO_EPILOGUE;
    const residual = epilogue.residual ? inputs.pop() : undefined;
    const write = ONNX_OPS[node.op as OpName] as (call: OnnxCall) => string;
    const parameters = nodeParameters(graph, node, weights);
    const { attributes, shape: output } = node;
    const inputShapes = node.inputs.map((name) => shapes.get(name) as Shape);
    const value = write({ builder, inputs, inputShapes, output, attributes, parameters });
    names.set(node.name, writeEpilogue(builder, value, epilogue, residual));
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => {
    builder.node("Identity", [names.get(node) as string], {}, name);
    return onnxValue(name, shapes.get(node) as Shape);
  });
  return builder.build(
    Object.entries(graph.inputs).map(([name, shape]) => onnxValue(name, shape)),
    outputs,
  );
}

function onnxValue(name: string, [batch, height, width, channels]: Shape): OnnxValue {
  return { name, dims: [batch, channels, height, width] };
}
