import { describe, expect, test } from "vitest";
import { fpn } from "../../src/backbones/fpn.ts";
import { mobilenetV2 } from "../../src/backbones/mobilenetV2.ts";
import { convolution, type Finish, separableConvolution } from "../../src/blocks/convolution.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder, type Value } from "../../src/graph/graph.ts";
import { foldBatchNorm } from "../../src/graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "../../src/graph/passes/fuseEpilogues.ts";
import { batchNorm } from "../../src/kernels/batchNorm/op.ts";
import { conv2d } from "../../src/kernels/conv2d/op.ts";
import { add, relu } from "../../src/kernels/elementwise/op.ts";
import { caseData, caseParameter } from "../../src/kernels/opCase.ts";
import { OPS } from "../../src/kernels/ops.ts";
import { padAll } from "../../src/kernels/window.ts";
import { type Parameter, shapeOf, type Weights } from "../../src/tensor.ts";

const CONVOLUTION = { channels: 4, kernel: 3 } as const;
const NORM = { batchNorm: { epsilon: 1e-3 } };

/** Builds a graph whose single input is 6 x 6 x 4 and whose outputs are named by the caller. */
function graphOf(build: (x: Value, builder: GraphBuilder) => Record<string, Value>): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shapeOf(6, 6, 4));
  for (const [name, value] of Object.entries(build(x, builder))) builder.output(name, value);
  return builder.build();
}

function weightsFor(graph: Graph): Weights {
  const weights = new Map<string, Parameter>();
  Object.entries(graph.parameters).forEach(([name, { shape }], index) => {
    const role = name.slice(name.lastIndexOf(".") + 1);
    weights.set(name, { shape, data: caseParameter(role, shape, index) });
  });
  return weights;
}

async function outputsOf(graph: Graph, weights: Weights) {
  const plan = await referenceExecutor().prepare(graph, weights);
  const inputs = Object.entries(graph.inputs).map(([name, shape]) => [
    name,
    { shape, data: caseData(shape, 7) },
  ]);
  return (await plan.run(Object.fromEntries(inputs))).outputs;
}

/** The passes must not change what a graph computes, but by the rounding of the folded parameters. */
async function expectSame(graph: Graph, changed: Graph, tolerance = 2e-6): Promise<void> {
  const weights = weightsFor(graph);
  const [before, after] = [await outputsOf(graph, weights), await outputsOf(changed, weights)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { data }] of Object.entries(before)) {
    const largest = Math.max(...data.map(Math.abs));
    const difference = Math.max(...data.map((value, i) => Math.abs(value - after[name].data[i])));
    expect(difference / largest, name).toBeLessThan(tolerance);
  }
}

const opsOf = (graph: Graph) => graph.nodes.map(({ op }) => op);
const fold = (graph: Graph) => foldBatchNorm(graph, OPS);
const fuse = (graph: Graph) => fuseEpilogues(graph, OPS);

describe("folding batch norms", () => {
  for (const [title, finish] of [
    ["after a convolution", NORM],
    ["after a convolution with a bias", { ...NORM, bias: true }],
  ] as [string, Finish][]) {
    test(`${title} keeps the result and leaves no norm`, async () => {
      const graph = graphOf((x, b) => ({ y: convolution(x, b.root.at("a"), { ...CONVOLUTION, ...finish }) }));
      expect(opsOf(fold(graph))).toEqual(["conv2d", "bias"]);
      await expectSame(graph, fold(graph));
    });
  }

  test("after a depthwise and a pointwise convolution", async () => {
    const graph = graphOf((x, b) => ({
      y: separableConvolution(x, b.root.at("a"), { ...CONVOLUTION, bias: true, ...NORM, activation: "relu" }),
    }));
    expect(opsOf(fold(graph))).toEqual(["depthwiseConv2d", "conv2d", "bias", "relu"]);
    await expectSame(graph, fold(graph));
  });

  test("a norm before a convolution stays (pre-activation of ResNet V2)", async () => {
    const graph = graphOf((x, b) => ({ y: relu(batchNorm(x, b.root, { epsilon: 1e-3 }), b.root) }));
    expect(fold(graph).nodes).toEqual(graph.nodes);
  });

  test("a convolution that something else reads too stays as it is", async () => {
    const graph = graphOf((x, b) => {
      const raw = conv2d(x, b.root.at("a"), { ...CONVOLUTION, stride: 1, padding: padAll(1) });
      return { raw, normed: batchNorm(raw, b.root.at("a.norm"), { epsilon: 1e-3 }) };
    });
    expect(opsOf(fold(graph))).toEqual(["conv2d", "batchNorm"]);
    await expectSame(graph, fold(graph));
  });

  test("the folded convolution no longer answers to the name of the stored one", () => {
    const graph = graphOf((x, b) => ({ y: convolution(x, b.root.at("a"), { ...CONVOLUTION, ...NORM }) }));
    expect(fold(graph).nodes.map(({ name }) => name)).toEqual(["a.conv2d (folded)", "a.norm.batchNorm"]);
  });
});

describe("fusing epilogues", () => {
  test("bias, residual and activation go into the convolution, in this order", async () => {
    const graph = graphOf((x, b) => {
      const y = convolution(x, b.root.at("a"), { ...CONVOLUTION, bias: true });
      return { y: relu(add(y, x, b.root), b.root) };
    });
    const fused = fuse(graph);
    expect(opsOf(fused)).toEqual(["conv2d"]);
    expect(fused.nodes[0]).toMatchObject({
      name: "relu",
      inputs: ["x", "x"],
      epilogue: { bias: true, residual: true, activation: "relu" },
      fused: ["a.conv2d", "a.bias", "add"],
    });
    await expectSame(graph, fused);
  });

  test("of two convolutions that are summed, the later takes the sum", async () => {
    const graph = graphOf((x, b) => {
      const first = convolution(x, b.root.at("first"), { ...CONVOLUTION, bias: true });
      const second = convolution(x, b.root.at("second"), { ...CONVOLUTION, bias: true });
      return { y: add(first, second, b.root) };
    });
    const fused = fuse(graph);
    expect(fused.nodes.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["first.bias", ["x"]],
      ["add", ["x", "first.bias"]],
    ]);
    await expectSame(graph, fused);
  });

  test("nothing is added after an activation", async () => {
    const graph = graphOf((x, b) => {
      const y = convolution(x, b.root.at("a"), { ...CONVOLUTION, bias: true, activation: "relu" });
      return { y: add(y, x, b.root) };
    });
    expect(opsOf(fuse(graph))).toEqual(["conv2d", "add"]);
    await expectSame(graph, fuse(graph));
  });

  test("a value that is an output, or read twice, is kept", async () => {
    const graph = graphOf((x, b) => {
      const inner = convolution(x, b.root.at("a"), { ...CONVOLUTION, bias: true });
      const outer = relu(inner, b.root);
      return { inner, sum: add(outer, add(outer, x, b.root.at("one")), b.root.at("two")) };
    });
    expect(fuse(graph).nodes.map(({ name }) => name)).toEqual(["a.bias", "relu", "one.add", "two.add"]);
    await expectSame(graph, fuse(graph));
  });

  test("a sum of a value with itself is not fused", async () => {
    const graph = graphOf((x, b) => {
      const y = convolution(x, b.root.at("a"), CONVOLUTION);
      return { y: add(y, y, b.root) };
    });
    expect(opsOf(fuse(graph))).toEqual(["conv2d", "add"]);
  });
});

test("a whole MobileNetV2-FPN with batch norms computes the same folded and fused", async () => {
  const builder = new GraphBuilder();
  const image = builder.input("image", shapeOf(64, 32, 3));
  const features = mobilenetV2(image, builder.root.at("backbone"), { width: 0.25, norm: NORM });
  const map = fpn(features, builder.root.at("fpn"), {
    topChannels: 16,
    channels: [8, 8, 8],
    separable: false,
    upsampling: "nearest",
    norm: { bias: true, ...NORM },
  });
  builder.output("map", map);
  const graph = builder.build();
  const fused = fuse(fold(graph));
  expect(new Set(opsOf(fused))).toEqual(new Set(["conv2d", "depthwiseConv2d", "upsampleNearest"]));
  // Rounding grows through more than fifty layers of unscaled random weights.
  await expectSame(graph, fused, 1e-3);
});
