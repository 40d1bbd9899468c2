import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convolution } from "../../../src/blocks/convolution.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { describeWasmPlan } from "../../../src/executors/wasm/describeWasmPlan.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { fuseEpilogues } from "../../../src/graph/passes/fuseEpilogues.ts";
import { add } from "../../../src/kernels/add/op.ts";
import { OPS } from "../../../src/kernels/ops.ts";
import { shapeOf } from "../../../src/tensor.ts";
import { chainInputs, chainWeights } from "../../support/chain.ts";

/** A strided layer and two pointwise ones, on maps above the size from which they are computed together. */
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

describe("layers that are computed inside the one that reads them", () => {
  const graph = heads();
  let executor: Executor;
  beforeAll(async () => {
    executor = await wasmExecutor({ threads: 1 });
  });
  afterAll(() => executor.dispose());

  test("are those whose large map one pointwise layer alone reads, as the plan tells", () => {
    const inside = describeWasmPlan(graph).layers.map(({ name, algorithm }) => [
      name,
      / inside (.*)$/.exec(algorithm)?.[1],
    ]);
    expect(Object.fromEntries(inside)).toMatchObject({
      "first.relu": "third.relu",
      "second.relu": "third.relu",
      "third.relu": undefined,
      "shortcut.relu": undefined,
    });
  });

  test("give the same numbers to the bit as each by itself, which taps bring about", async () => {
    const plan = await executor.prepare(graph, chainWeights(graph));
    const inputs = chainInputs(graph);
    const together = await plan.run(inputs);
    const apart = await plan.run(inputs, { taps: ["first.relu", "shortcut.relu"] });
    expect(apart.taps["first.relu"].data.some((value) => value !== 0)).toBe(true);
    const second = await plan.run(inputs, { taps: ["second.relu"] });
    for (const name of ["y", "z"]) {
      const expected = together.outputs[name].data;
      expect(expected.some((value) => value !== 0)).toBe(true);
      expect(apart.outputs[name].data.findIndex((value, index) => value !== expected[index])).toBe(-1);
      expect(second.outputs[name].data.findIndex((value, index) => value !== expected[index])).toBe(-1);
    }
  });
});
