import { describe, expect, test } from "vitest";
import { CELL_SUM_OPS, cellSum } from "../../src/analysis/cellSum.ts";
import { describeOp } from "../../src/analysis/describeOp.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { parameterOf, stored } from "../../src/graph/derivedParameter.ts";
import { GraphBuilder, type Scope, type Value } from "../../src/graph/graph.ts";
import { batchNorm } from "../../src/kernels/batchNorm/op.ts";
import { conv2d } from "../../src/kernels/conv2d/op.ts";
import { depthwiseConv2d } from "../../src/kernels/depthwiseConv2d/op.ts";
import { depthwiseTransposedConv2d } from "../../src/kernels/depthwiseTransposedConv2d/op.ts";
import { add, relu, relu6 } from "../../src/kernels/elementwise/op.ts";
import { OPS } from "../../src/kernels/ops.ts";
import { transposedConv2d } from "../../src/kernels/transposedConv2d/op.ts";
import { padAll } from "../../src/kernels/window.ts";
import { runnable } from "../../src/network.ts";
import { type Parameter, positionOf, shapeOf } from "../../src/tensor.ts";
import { inputsFor, weightsFor } from "../support/madeWeights.ts";

const WINDOW = { kernel: 3, stride: 2, padding: { top: 0, left: 1, bottom: 1, right: 0 } };
const NORM = { epsilon: 1e-3 };

const LAYERS: Readonly<Record<string, (x: Value, scope: Scope) => Value>> = {
  "conv2d with bias and relu6": (x, at) =>
    relu6(batchNorm(conv2d(x, at, { ...WINDOW, channels: 3 }), at, NORM), at),
  "conv2d with bias, residual and relu": (x, at) => {
    const side = conv2d(x, at.at("side"), { kernel: 1, stride: 1, padding: padAll(0), channels: 3 });
    const y = conv2d(x, at, { kernel: 3, stride: 1, padding: padAll(1), channels: 3 });
    return relu(add(batchNorm(y, at, NORM), side, at), at);
  },
  depthwiseConv2d: (x, at) => depthwiseConv2d(x, at, WINDOW),
  depthwiseTransposedConv2d: (x, at) =>
    depthwiseTransposedConv2d(x, at, { kernel: 4, stride: 2, padding: padAll(1) }),
  "transposedConv2d with bias": (x, at) =>
    batchNorm(transposedConv2d(x, at, { kernel: 4, stride: 2, padding: padAll(1), channels: 3 }), at, NORM),
};

describe("a cell written out", () => {
  for (const [title, build] of Object.entries(LAYERS)) {
    test(`has the value of the reference: every number of ${title}`, async () => {
      const builder = new GraphBuilder();
      const layer = build(builder.input("x", shapeOf(5, 6, 4)), builder.root.at("layer"));
      builder.output("map", layer);
      const graph = runnable(builder.build(), true);
      const node = graph.nodes[graph.nodes.length - 1];
      const weights = weightsFor(graph);
      const inputs = inputsFor(graph);
      const plan = await referenceExecutor().prepare(graph, weights);
      const { outputs, taps } = await plan.run(inputs, { taps: graph.nodes.map(({ name }) => name) });
      const parameters: Record<string, Parameter> = {};
      for (const [role, name] of Object.entries(node.parameters)) {
        parameters[role] = await parameterOf(graph, name, async (source) => stored(source, weights));
      }
      const values = node.inputs.map((name) => inputs[name] ?? taps[name]);
      outputs.map.data.forEach((expected, index) => {
        const [, row, column, channel] = positionOf(index, node.shape);
        const { value, terms, sum, places } = cellSum(node, values, parameters, { row, column, channel });
        expect(value).toBeCloseTo(expected, 5);
        expect(new Set(places.map(({ u, v }) => `${u} ${v}`)).size).toBe(places.length);
        expect(places.reduce((total, place) => total + place.sum, 0)).toBeCloseTo(sum, 10);
        expect(terms.length % places.length).toBe(0);
      });
    });
  }

  test("is refused for other layers and for cells outside", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", shapeOf(2, 2, 1));
    builder.output("map", relu(conv2d(x, builder.root, { ...WINDOW, kernel: 1, channels: 1 }), builder.root));
    const [convolution, activation] = builder.build().nodes;
    const cell = { row: 0, column: 0, channel: 0 };
    expect(() => cellSum(activation, [], {}, cell)).toThrow("cellSum of relu: expected conv2d or");
    expect(() => cellSum(convolution, [], {}, { ...cell, channel: 1 })).toThrow("a channel below 1");
    expect(() => cellSum(convolution, [], {}, { ...cell, row: 0.5 })).toThrow("row 0.5");
  });
});

test("every op has a formula and a family, and those of sums are convolutions", () => {
  for (const name of Object.keys(OPS)) {
    expect(describeOp(name).name).toBe(name);
    expect(describeOp(name).formula).toMatch(/y(\[[^\]]*\])? \+?= /);
  }
  for (const name of CELL_SUM_OPS) expect(describeOp(name).formula).toContain("kernel[u, v, ");
  expect(() => describeOp("conv3d")).toThrow(/describeOp: expected an op's name.*conv2d/s);
});
