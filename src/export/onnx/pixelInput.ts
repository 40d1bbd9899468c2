import type { Graph, GraphNode } from "../../graph/graph.ts";
import type { ChannelScaling } from "../../image/input/normalization.ts";
import { normalizeOp } from "../../kernels/normalize/op.ts";

/**
 * Puts the normalization of pixels before a graph that begins after it, so that its input is RGB from 0 to 255. The node
 * has the name that it has in the other networks.
 */
export function withPixelInput(graph: Graph, scaling: ChannelScaling): Graph {
  const [[input, shape]] = Object.entries(graph.inputs);
  const pixels: GraphNode = {
    name: "preprocess.normalize",
    op: normalizeOp.name,
    attributes: { ...scaling },
    inputs: [input],
    parameters: {},
    shape: normalizeOp.shape([shape], scaling),
  };
  const nodes = graph.nodes.map((node) => {
    return { ...node, inputs: node.inputs.map((name) => (name === input ? pixels.name : name)) };
  });
  return { ...graph, nodes: [pixels, ...nodes] };
}
