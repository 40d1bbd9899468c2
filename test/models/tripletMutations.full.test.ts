/** That the golden tests of the triplets can fail: each mistake is noticed, at the module where it is. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { padAll } from "../../src/kernels/window.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyTripletNetwork } from "../support/tripletCases.ts";

interface Mutation {
  readonly mistake: string;
  /** Its name, or what the names of several match. */
  readonly node: string | RegExp;
  readonly change: (node: GraphNode) => GraphNode;
  /** The first tap beyond its tolerance. */
  readonly noticed: string;
}

const withAttributes = (attributes: object) => (node: GraphNode) => ({
  ...node,
  attributes: { ...node.attributes, ...attributes },
});
const withInputs = (inputs: readonly string[]) => (node: GraphNode) => ({ ...node, inputs });

const MUTATIONS: readonly Mutation[] = [
  {
    mistake: "padding after only at stride 2, as TensorFlow has it",
    node: "backbone.stem.residual.conv1.conv2d",
    change: withAttributes({ padding: { ...padAll(1), top: 0, left: 0, bottom: 2, right: 2 } }),
    noticed: "module.pre",
  },
  {
    mistake: "an epsilon of 1e-3",
    node: /\.batchNorm$/,
    change: withAttributes({ epsilon: 1e-3 }),
    noticed: "module.pre.0",
  },
  {
    mistake: "what joins the stacks added to the wrong features",
    node: "backbone.merge0.features.conv2d",
    change: withInputs(["backbone.stack0.level0.add"]),
    noticed: "module.cnvs_.0",
  },
  {
    mistake: "a top pool that looks upwards",
    node: "heads.topLeft.pool.vertical.cornerPool",
    change: withAttributes({ direction: "bottom" }),
    noticed: "module.tl_cnvs.1",
  },
  {
    mistake: "looking along the way that is pooled afterwards, without the cross",
    node: "heads.bottomRight.pool.vertical.look.cornerPool",
    change: withAttributes({ direction: "bottom" }),
    noticed: "module.br_cnvs.1",
  },
  {
    mistake: "a ReLU between the look's sum and its pool",
    node: "heads.bottomRight.pool.horizontal.conv.conv2d",
    change: (node) => ({ ...node, epilogue: { bias: false, residual: false, activation: "relu" } }),
    noticed: "module.br_cnvs.1",
  },
  {
    mistake: "half a column for the center",
    node: "heads.center.pool.vertical.bottom.cornerPool",
    change: withAttributes({ direction: "top" }),
    noticed: "module.ct_cnvs.1",
  },
  {
    mistake: "corner features for the center's offsets",
    node: "heads.center.offset.conv.conv2d",
    change: withInputs(["heads.topLeft.pool.out.relu"]),
    noticed: "module.ct_regrs.1",
  },
];

function mutated(graph: Graph, { node: name, change }: Mutation): Graph {
  const isMeant = (node: GraphNode) => (name instanceof RegExp ? name.test(node.name) : name === node.name);
  expect(graph.nodes.some(isMeant), String(name)).toBe(true);
  return { ...graph, nodes: graph.nodes.map((node) => (isMeant(node) ? change(node) : node)) };
}

test.each(MUTATIONS)("$mistake is noticed at $noticed", async (mutation) => {
  const folder = join(OWN_GOLDENS, "triplet", "centernet-tiny");
  const report = await verifyTripletNetwork(folder, { backend: "wasm" }, (graph) => mutated(graph, mutation));
  expect(report.firstBeyond?.name).toBe(mutation.noticed);
});
