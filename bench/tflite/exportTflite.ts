import { deriveParameter, stored } from "../../src/graph/derivedParameter.ts";
import { type Graph, neededNodes, shapesByName } from "../../src/graph/graph.ts";
import { NO_EPILOGUE } from "../../src/graph/op.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import type { Shape, Weights } from "../../src/tensor.ts";
import { type TensorIndex, TfliteBuilder } from "./tfliteGraph.ts";
import { ACTIVATION, FUSED, TFLITE_OPS, type TfliteCall, type TfliteParameter } from "./tfliteOps.ts";

/** The ops that the graph's outputs need and TFLite lacks. */
export function opsWithoutTflite(graph: Graph): string[] {
  return [...new Set(neededNodes(graph).map(({ op }) => op))].filter((op) => !(op in TFLITE_OPS));
}

/**
 * A fused graph of this project and its weights as a TFLite file, whose maps are in NHWC as they are here. Inputs and
 * outputs keep their names. `weights` are read while the file is written. The graph has only ops that TFLite has.
 */
export function exportTflite(graph: Graph, weights: Weights): Iterable<Uint8Array> {
  const builder = new TfliteBuilder();
  const shapes = shapesByName(graph);
  const inputs = Object.entries(graph.inputs).map(
    ([name, shape]) => [name, builder.tensor(name, shape)] as const,
  );
  const tensors = new Map<string, TensorIndex>(inputs);
  for (const node of neededNodes(graph)) {
    const { bias: _, residual: hasResidual, activation } = node.epilogue ?? NO_EPILOGUE;
    const of = node.inputs.map((name) => tensors.get(name) as TensorIndex);
    const residual = hasResidual ? of.pop() : undefined;
    const parameters = Object.entries(node.parameters).map(([role, name]) => {
      return [role, parameterOf(graph, name, weights)] as const;
    });
    const op = node.op as keyof typeof TFLITE_OPS;
    const isFused = residual === undefined && FUSED.includes(op as OpName);
    const isLast = residual === undefined && (isFused || activation === "none");
    const call: TfliteCall = {
      builder,
      name: isLast ? node.name : `${node.name}/${op}`,
      inputs: of,
      inputShapes: node.inputs.map((name) => shapes.get(name) as Shape),
      output: node.shape,
      attributes: node.attributes,
      parameters: Object.fromEntries(parameters),
      activation: isFused ? activation : "none",
    };
    let value = (TFLITE_OPS[op] as (call: TfliteCall) => TensorIndex)(call);
    if (residual !== undefined) {
      value = builder.call("ADD", [value, residual], node.name, node.shape, [ACTIVATION[activation]]);
    } else if (!isLast) {
      value = builder.call(activation === "relu" ? "RELU" : "RELU6", [value], node.name, node.shape);
    }
    tensors.set(node.name, value);
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => {
    return [name, tensors.get(node) as TensorIndex] as const;
  });
  return builder.file(inputs, outputs);
}

function parameterOf(graph: Graph, name: string, weights: Weights): TfliteParameter {
  const derived = graph.derived[name];
  if (!derived) return { shape: graph.parameters[name].shape, data: () => stored(name, weights).data };
  const source = derived.kind === "foldedKernel" ? derived.kernel : derived.norm.beta;
  return { shape: graph.parameters[source].shape, data: () => deriveParameter(derived, weights).data };
}
