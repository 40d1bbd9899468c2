import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { convolution, depthwiseConvolution } from "../../../src/blocks/convolution.ts";
import { describeWasmPlan } from "../../../src/executors/wasm/describeWasmPlan.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { fuseEpilogues } from "../../../src/graph/passes/fuseEpilogues.ts";
import { add } from "../../../src/kernels/elementwise/op.ts";
import { OPS } from "../../../src/kernels/ops.ts";
import { shapeOf } from "../../../src/tensor.ts";
import { chainWeights } from "../../support/chain.ts";
import { inputsFor } from "../../support/madeWeights.ts";

/** A strided layer and two pointwise ones, on maps that are large enough to be fused. */
function heads(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shapeOf(151, 149, 5));
  const layer = (name: string, channels: number, kernel: number, stride: number, from = x) =>
    convolution(from, builder.root.at(name), { channels, kernel, stride, bias: true, activation: "relu" });
  const first = layer("first", 54, 3, 2);
  const second = layer("second", 57, 1, 1, first);
  const third = layer("third", 10, 1, 1, second);
  const shortcut = layer("shortcut", 10, 3, 2);
  builder.output("y", add(third, shortcut, builder.root));
  builder.output("z", layer("twice", 3, 1, 1, shortcut));
  return fuseEpilogues(builder.build(), OPS);
}

/** Inverted residuals at strides 1 and 2, with a padded last plane and a number of rows that no band divides. */
function invertedResiduals(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shapeOf(131, 77, 5));
  const pointwise = (name: string, channels: number, from = x) =>
    convolution(from, builder.root.at(name), { channels, kernel: 1, bias: true, activation: "relu6" });
  const depthwise = (name: string, stride: number, from = x) =>
    depthwiseConvolution(from, builder.root.at(name), { kernel: 3, stride, bias: true, activation: "relu6" });
  const even = depthwise("even", 1, pointwise("expandEven", 54));
  const wide = pointwise("expandOdd", 57, pointwise("project", 54, even));
  builder.output("y", pointwise("again", 6, depthwise("odd", 2, wide)));
  // Its kernel is larger than 1x1, so it is not fused.
  const strided = convolution(x, builder.root.at("strided"), {
    channels: 224,
    kernel: 3,
    stride: 2,
    bias: true,
  });
  builder.output("z", depthwise("last", 1, strided));
  return fuseEpilogues(builder.build(), OPS);
}

/**
 * Expansions of maps that are one band, whose planes are split between units, and of maps of several bands: odd sides, numbers
 * of channels that fill neither a plane nor a panel, and both strides.
 */
function smallResiduals(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shapeOf(31, 41, 9));
  const tall = builder.input("tall", shapeOf(89, 63, 6));
  const block = (name: string, channels: number, stride: number, from: typeof x) => {
    const options = { bias: true, activation: "relu6" } as const;
    const scope = builder.root.at(name);
    const wide = convolution(from, scope.at("expand"), { channels, kernel: 1, ...options });
    return depthwiseConvolution(wide, scope.at("depthwise"), { kernel: 3, stride, ...options });
  };
  builder.output("y", block("whole", 213, 1, x));
  builder.output("z", block("strided", 226, 2, x));
  builder.output("u", block("bands", 51, 1, tall));
  builder.output("v", block("stridedBands", 54, 2, tall));
  return fuseEpilogues(builder.build(), OPS);
}

const GRAPHS = [
  {
    title: "pointwise layers",
    graph: heads(),
    inside: {
      "first.relu": "third.relu",
      "second.relu": "third.relu",
      "third.relu": undefined,
      "shortcut.relu": undefined,
    },
    taps: [["first.relu", "shortcut.relu"], ["second.relu"]],
  },
  {
    title: "depthwise layers",
    graph: invertedResiduals(),
    inside: {
      "expandEven.relu6": "even.relu6",
      "even.relu6": undefined,
      "project.relu6": "odd.relu6",
      "expandOdd.relu6": "odd.relu6",
      "odd.relu6": undefined,
      "strided.bias": undefined,
    },
    taps: [["expandEven.relu6", "project.relu6"], ["expandOdd.relu6"]],
  },
  {
    title: "depthwise layers on small maps",
    graph: smallResiduals(),
    inside: {
      "whole.expand.relu6": "whole.depthwise.relu6",
      "strided.expand.relu6": "strided.depthwise.relu6",
      "bands.expand.relu6": "bands.depthwise.relu6",
      "stridedBands.expand.relu6": "stridedBands.depthwise.relu6",
    },
    taps: [["whole.expand.relu6", "strided.expand.relu6", "bands.expand.relu6", "stridedBands.expand.relu6"]],
  },
] as const;

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

describe.each(GRAPHS)("layers fused into $title", ({ graph, inside, taps }) => {
  test("are those with a large map that only such a layer reads, and the plan's description says so", () => {
    const described = describeWasmPlan(graph).layers.map(({ name, algorithm }) => [
      name,
      / inside (.*)$/.exec(algorithm)?.[1],
    ]);
    expect(Object.fromEntries(described)).toMatchObject(inside);
  });

  test.each([
    ["plain", 1],
    ["plain", 3],
    ["relaxed", 1],
  ] as const)(
    "give the same numbers to the bit as each by itself, %s SIMD on %d threads",
    async (build, threads) => {
      const executor = await wasmExecutor({ build, threads });
      const plan = await executor.prepare(graph, chainWeights(graph));
      const inputs = inputsFor(graph);
      const together = await plan.run(inputs);
      // A tapped map must be written, so its layer runs separately.
      for (const tapped of taps) {
        const apart = await plan.run(inputs, { taps: tapped });
        for (const name of tapped) expect(apart.taps[name].data.some((value) => value !== 0)).toBe(true);
        for (const [name, { data }] of Object.entries(together.outputs)) {
          expect(data.some((value) => value !== 0)).toBe(true);
          expect(apart.outputs[name].data.findIndex((value, index) => value !== data[index])).toBe(-1);
        }
      }
      await executor.dispose();
    },
  );
});
