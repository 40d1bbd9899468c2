import { isSampledImage } from "../backend/sampledImage.ts";
import { ModelError, UsageError } from "../errors.ts";
import { deriveParameter, stored } from "../graph/derivedParameter.ts";
import { type Graph, type GraphNode, shapesByName } from "../graph/graph.ts";
import { NO_EPILOGUE } from "../graph/op.ts";
import type { KernelCall } from "../kernels/kernel.ts";
import type { OpName } from "../kernels/ops.ts";
import {
  elementCount,
  formatShape,
  type Parameter,
  type Shape,
  sameShape,
  type Tensor,
  type Weights,
} from "../tensor.ts";

/** A node with everything that a kernel needs: its op, all shapes, and its parameters. */
export interface PreparedNode {
  readonly node: GraphNode;
  readonly op: OpName;
  readonly call: KernelCall;
  /** By role: `kernel`, `bias`, … */
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** @throws ModelError if a parameter is missing or does not have the shape that the graph needs. */
export function prepareNodes(graph: Graph, weights: Weights): PreparedNode[] {
  const shapes = shapesByName(graph);
  return graph.nodes.map((node) => ({
    node,
    op: node.op as OpName,
    call: kernelCall(node, shapes),
    parameters: nodeParameters(graph, node, weights),
  }));
}

export function kernelCall(
  node: GraphNode,
  shapes: ReadonlyMap<string, Shape>,
): KernelCall<Readonly<Record<string, unknown>>> {
  const inputs = node.inputs.map((name) => shapes.get(name) as Shape);
  const epilogue = node.epilogue ?? NO_EPILOGUE;
  return {
    attributes: node.attributes,
    inputs: epilogue.residual ? inputs.slice(0, -1) : inputs,
    output: node.shape,
    epilogue,
  };
}

/**
 * A node's parameters by role. Derived parameters are computed anew in each call.
 *
 * @throws ModelError if one is missing or does not have the shape that the graph needs.
 */
export function nodeParameters(graph: Graph, node: GraphNode, weights: Weights): Record<string, Parameter> {
  return Object.fromEntries(
    Object.entries(node.parameters).map(([role, name]) => [role, parameter(graph, name, weights)]),
  );
}

function parameter(graph: Graph, name: string, weights: Weights): Parameter {
  const derived = graph.derived[name];
  if (derived) return deriveParameter(derived, weights);
  const found = stored(name, weights);
  const { shape } = graph.parameters[name];
  if (!sameShape(found.shape, shape) || found.data.length !== elementCount(shape)) {
    throw new ModelError({
      where: name,
      expected: `shape ${formatShape(shape)}`,
      got: `${formatShape(found.shape)} with ${found.data.length} numbers`,
    });
  }
  return found;
}

/** @throws UsageError if an input of the graph is missing or has the wrong shape. */
export function checkInputs(graph: Graph, inputs: Readonly<Record<string, Tensor>>): void {
  for (const [name, shape] of Object.entries(graph.inputs)) {
    const given = inputs[name];
    const fits = given && sameShape(given.shape, shape);
    if (fits && (isSampledImage(given) || given.data.length === elementCount(shape))) continue;
    const got = given ? `${formatShape(given.shape)} with ${given.data.length} numbers` : "nothing";
    throw new UsageError({ where: `input ${name}`, expected: `shape ${formatShape(shape)}`, got });
  }
}

/**
 * Only nodes of the graph as it is prepared can be tapped; fusing removes the nodes that become part of another.
 *
 * @throws UsageError for a tap that names no such node.
 */
export function checkTaps(graph: Graph, taps: readonly string[]): void {
  const names = new Set(graph.nodes.map((node) => node.name));
  for (const tap of taps) {
    if (names.has(tap)) continue;
    const host = graph.nodes.find((node) => node.fused?.includes(tap));
    throw new UsageError({
      where: `tap ${tap}`,
      expected: "the name of a node",
      got: host ? `a part of the fused node ${host.name}` : "an unknown name",
      hint: host ? "Load with { fuse: false } to tap it." : "`centernet describe <model>` lists the names.",
    });
  }
}
