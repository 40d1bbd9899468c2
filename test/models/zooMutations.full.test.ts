/** That the golden tests of the zoo can fail: each of its known traps is noticed, at the place where it is. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { padAll } from "../../src/kernels/window.ts";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyZooCases } from "../support/zooCases.ts";

const MOBILENET = "centernet_mobilenetv2fpn_512x512_coco17_od";
const RESNET_V2 = "centernet_resnet50_v2_512x512_coco17_tpu-8";

interface Mutation {
  readonly mistake: string;
  readonly model: string;
  readonly node: string;
  readonly change: (node: GraphNode) => GraphNode;
  /** The first tap beyond its tolerance. */
  readonly noticed: string;
}

const withAttributes = (attributes: object) => (node: GraphNode) => ({
  ...node,
  attributes: { ...node.attributes, ...attributes },
});

const MUTATIONS: readonly Mutation[] = [
  {
    mistake: "padding alike on all sides at stride 2, where SAME pads an even map after only",
    model: MOBILENET,
    node: "backbone.stem.conv2d",
    change: withAttributes({ padding: padAll(1) }),
    noticed: "backbone/Conv1_relu",
  },
  {
    mistake: "bilinear upsampling in place of nearest",
    model: MOBILENET,
    node: "fpn.merge4.upsampleNearest",
    change: (node) => ({ ...node, op: "upsampleBilinear" }),
    noticed: "top/03_add",
  },
  {
    mistake: "a neck's epsilon of 1e-5",
    model: MOBILENET,
    node: "fpn.merge2.pointwise.norm.batchNorm",
    change: withAttributes({ epsilon: 1e-5 }),
    noticed: "heads/object_center",
  },
  {
    mistake: "a pool that ignores its padding, where zeros count",
    model: RESNET_V2,
    node: "backbone.stem.maxPool",
    change: withAttributes({ outside: "ignored" }),
    noticed: "backbone/pool1_pool",
  },
  {
    mistake: "a transposed convolution cut at the top and left",
    model: RESNET_V2,
    node: "neck.level3.deconvolution.transposedConv2d",
    change: withAttributes({ padding: { top: 1, left: 1, bottom: 0, right: 0 } }),
    noticed: "top/09_deconv",
  },
];

function mutated(graph: Graph, { node: name, change }: Mutation): Graph {
  expect(graph.nodes.map((node) => node.name)).toContain(name);
  return { ...graph, nodes: graph.nodes.map((node) => (node.name === name ? change(node) : node)) };
}

test.each(MUTATIONS)("$mistake is noticed at $noticed", async (mutation) => {
  const rows = ZOO.filter(({ name }) => name === mutation.model);
  const folders = [join(OWN_GOLDENS, "tf", mutation.model)];
  const [{ report }] = await verifyZooCases(rows, folders, { backend: "webasm" }, (graph) =>
    mutated(graph, mutation),
  );
  expect(report.firstBeyond?.name).toBe(mutation.noticed);
});
