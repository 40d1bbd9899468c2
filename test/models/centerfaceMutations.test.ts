/** That the golden cases of CenterFace can fail: each mistake is noticed, and at the place where it was made. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { createExecutor } from "../../src/executors/backends.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { samePadding } from "../../src/kernels/window.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { modelNamed } from "../../src/models/models.ts";
import { runnable } from "../../src/network.ts";
import type { Tensor, Weights } from "../../src/tensor.ts";
import { type GoldenCase, goldenInput } from "../../src/verify/goldenCase.ts";
import { verifyCase } from "../../src/verify/verifyCase.ts";
import { faceRunner } from "../../src/verify/verifyFaces.ts";
import { goldenAt, OWN_GOLDENS } from "../support/goldens.ts";

interface Subject {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly input: Tensor;
  readonly outputs: (maps: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
}

let executor: Executor;
let golden: GoldenCase;
let right: Subject;

beforeAll(async () => {
  executor = await createExecutor("wasm", { threads: 1, build: "plain" });
  golden = await goldenAt(join(OWN_GOLDENS, "onnx/centerface/small"));
  const model = modelNamed("centerface");
  const { checkpoint } = await openModelWeights("centerface");
  const weights = await readWeights(checkpoint, model);
  const graph = model.graph({ width: 96, height: 64 });
  right = { graph, weights, input: goldenInput(golden), outputs: (maps) => maps };
});
afterAll(() => executor.dispose());

const MUTATIONS: Readonly<Record<string, [firstTap: string, change: (it: Subject) => Subject]>> = {
  BGR: ["365", (it) => ({ ...it, input: swapped(it.input, 0, 2) })],
  "SAME padding at stride 2": [
    "365",
    (it) => ({ ...it, graph: withNode(it.graph, "backbone.stem.conv2d", same(64, 96)) }),
  ],
  "SAME padding of a depthwise convolution": [
    "376",
    (it) => ({ ...it, graph: withNode(it.graph, "backbone.block1.depthwise.depthwiseConv2d", same(32, 48)) }),
  ],
  ReLU6: ["368", (it) => ({ ...it, graph: withNode(it.graph, "backbone.block0.depthwise.relu", relu6) })],
  "no ReLU before the sum": [
    "514",
    (it) => ({ ...it, graph: withNode(it.graph, "neck.level4.deconvolution.relu", identity) }),
  ],
  "another block for the skip": ["517", (it) => ({ ...it, graph: withOtherSkip(it.graph) })],
  "bilinear kernels in place of the trained ones": [
    "521",
    (it) => ({ ...it, weights: bilinear(it.weights) }),
  ],
  "a missing half pixel": [
    "decode.boxes",
    (it) => ({ ...it, outputs: (maps) => ({ ...maps, boxOffset: mapped(maps.boxOffset, (v) => v - 0.5) }) }),
  ],
  "width before height": [
    "decode.boxes",
    (it) => ({ ...it, outputs: (maps) => ({ ...maps, boxSize: swapped(maps.boxSize, 0, 1) }) }),
  ],
  "x before y in offsets": [
    "decode.boxes",
    (it) => ({
      ...it,
      outputs: (maps) => ({ ...maps, boxOffset: swapped(maps.boxOffset, 0, 1) }),
    }),
  ],
  "x before y in landmarks": [
    "decode.landmarks",
    (it) => ({ ...it, outputs: (maps) => ({ ...maps, landmarks: swapped(maps.landmarks, 0, 1) }) }),
  ],
};

test("unchanged, the case passes", async () => {
  expect((await verified(right)).pass).toBe(true);
});

test.each(Object.entries(MUTATIONS))("%s is noticed at the next tap", async (_, [tap, change]) => {
  expect((await verified(change(right))).firstBeyond?.name).toBe(tap);
});

async function verified({ graph, weights, input, outputs }: Subject) {
  const plan = await executor.prepare(runnable(graph, false), weights);
  const network = {
    graph,
    dispose: () => plan.dispose(),
    run: async (...args: Parameters<typeof plan.run>) => {
      const result = await plan.run(...args);
      return { ...result, outputs: outputs(result.outputs) };
    },
  };
  const whole = () => Promise.reject(new Error("no tap is hidden"));
  const report = await verifyCase(golden, faceRunner(network, whole, golden), { input });
  await network.dispose();
  return report;
}

function withNode(graph: Graph, name: string, change: (node: GraphNode) => GraphNode): Graph {
  expect(graph.nodes.map((node) => node.name)).toContain(name);
  return { ...graph, nodes: graph.nodes.map((node) => (node.name === name ? change(node) : node)) };
}

function same(height: number, width: number) {
  return (node: GraphNode): GraphNode => {
    return { ...node, attributes: { ...node.attributes, padding: samePadding(height, width, 3, 2) } };
  };
}

function relu6(node: GraphNode): GraphNode {
  return { ...node, op: "relu6" };
}

/** Doubles what it should cut: negative numbers stay. */
function identity(node: GraphNode): GraphNode {
  return { ...node, op: "add", inputs: [node.inputs[0], node.inputs[0]] };
}

/** A block of the same shape as the one that the lateral convolution reads. */
function withOtherSkip(graph: Graph): Graph {
  return withNode(graph, "neck.level4.lateral.conv2d", (node) => ({
    ...node,
    inputs: ["backbone.block11.add"],
  }));
}

/** Each channel on its own, as other projects fill the kernels of their transposed convolutions before training. */
function bilinear(weights: Weights): Weights {
  const name = "neck.level3.deconvolution.kernel";
  const kernel = weights.get(name);
  if (!kernel) throw new Error("no such parameter");
  const [, , outputs, inputs] = kernel.shape;
  const data = kernel.data.map((_, i) => (Math.floor(i / inputs) % outputs === i % inputs ? 0.5625 : 0));
  return new Map([...weights, [name, { ...kernel, data }]]);
}

function mapped(map: Tensor, change: (value: number) => number): Tensor {
  return { ...map, data: map.data.map(change) };
}

function swapped({ shape, data }: Tensor, a: number, b: number): Tensor {
  const channels = shape[3];
  const other = (i: number) => (i % channels === a ? i + b - a : i % channels === b ? i + a - b : i);
  return { shape, data: data.map((_, i) => data[other(i)]) };
}
