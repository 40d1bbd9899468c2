import { describe, expect, test } from "vitest";
import { describeGraph } from "../../src/analysis/describe.ts";
import { convolution } from "../../src/blocks/convolution.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder, neededNodes } from "../../src/graph/graph.ts";
import { relu } from "../../src/kernels/elementwise/op.ts";
import { shapeOf } from "../../src/tensor.ts";
import { inputsFor, largestDifference, weightsFor } from "../support/madeWeights.ts";

/** A head that is the output, and a side branch that nothing reads. */
function branchedGraph(): Graph {
  const builder = new GraphBuilder();
  const { root } = builder;
  const stem = convolution(builder.input("image", shapeOf(4, 4, 3)), root.at("stem"), {
    channels: 4,
    kernel: 3,
  });
  relu(convolution(stem, root.at("side"), { channels: 2, kernel: 1 }), root.at("side"));
  builder.output("map", convolution(stem, root.at("head"), { channels: 2, kernel: 1 }));
  return builder.build();
}

const graph = branchedGraph();
const names = (wanted: readonly string[]) => neededNodes(graph, wanted).map(({ name }) => name);

test("the outputs need their own branch alone, a tap needs what leads to it", () => {
  expect(names([])).toEqual(["stem.conv2d", "head.conv2d"]);
  expect(names(["side.conv2d"])).toEqual(["stem.conv2d", "side.conv2d", "head.conv2d"]);
  expect(names(["side.relu"])).toEqual(graph.nodes.map(({ name }) => name));
});

test("parameters of a branch that does not run are stored all the same, its multiply-adds do not count", () => {
  const { layers, totals } = describeGraph(graph);
  expect(layers.map(({ needed }) => needed)).toEqual([true, false, false, true]);
  expect(totals.storedNumbers).toBe(3 * 3 * 3 * 4 + 4 * 2 + 4 * 2);
  expect(totals.multiplyAdds).toBe(16 * (3 * 3 * 3 * 4 + 4 * 2));
});

describe.each([
  ["webasm", 1e-5],
  ["cpu", 1e-6],
] as const)("a plan of gpu.js %s", (mode, tolerance) => {
  test("gives a branch that no output reads where it is tapped, and the same outputs with and without", async () => {
    const [weights, inputs, taps] = [weightsFor(graph), inputsFor(graph), ["side.relu"]];
    const expected = await (await referenceExecutor().prepare(graph, weights)).run(inputs, { taps });
    const executor = await gpujsExecutor({ mode });
    const plan = await executor.prepare(graph, weights);
    const before = await plan.run(inputs);
    const tapped = await plan.run(inputs, { taps });
    const after = await plan.run(inputs);
    await executor.dispose();
    expect(largestDifference(expected.outputs, tapped.outputs)).toBeLessThan(tolerance);
    expect(tapped.outputs).toEqual(before.outputs);
    expect(after).toEqual(before);
    const side = tapped.taps["side.relu"].data;
    expect(side).toHaveLength(4 * 4 * 2);
    side.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.taps["side.relu"].data[i], 4);
    });
  });
});
