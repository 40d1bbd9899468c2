import { describe, expect, test } from "vitest";
import { HOURGLASS, type HourglassOptions, hourglass } from "../../src/backbones/hourglass.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { foldBatchNorm } from "../../src/graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "../../src/graph/passes/fuseEpilogues.ts";
import { OPS } from "../../src/kernels/ops.ts";
import { shapeOf } from "../../src/tensor.ts";
import { inputsFor, largestDifference, weightsFor } from "../support/madeWeights.ts";

function graphOf(options: HourglassOptions, side: number): Graph {
  const builder = new GraphBuilder();
  const features = hourglass(builder.input("image", shapeOf(side, side, 3)), builder.root, options);
  features.forEach((map, s) => {
    builder.output(`features${s}`, map);
  });
  return builder.build();
}

const shapeIn = (graph: Graph, name: string) => graph.nodes.find((node) => node.name === name)?.shape;

describe("hourglass-104", () => {
  const graph = graphOf(HOURGLASS["hourglass-104"], 256);

  test("halves its maps five times below stride 4 and doubles them again", () => {
    const inside = [0, 1, 2, 3, 4].map((level) => shapeIn(graph, `stack1.level${level}.down.0.relu`));
    expect(inside).toEqual([
      shapeOf(32, 32, 256),
      shapeOf(16, 16, 384),
      shapeOf(8, 8, 384),
      shapeOf(4, 4, 384),
      shapeOf(2, 2, 512),
    ]);
    expect(shapeIn(graph, "stem.residual.relu")).toEqual(shapeOf(64, 64, 256));
    expect(shapeIn(graph, "stack1.level4.add")).toEqual(shapeOf(4, 4, 384));
    expect(shapeIn(graph, graph.outputs.features1)).toEqual(shapeOf(64, 64, 256));
  });

  test("projects a shortcut only where the shape changes", () => {
    const shortcuts = graph.nodes.map(({ name }) => name).filter((name) => name.endsWith("shortcut.conv2d"));
    expect(shortcuts.filter((name) => !name.startsWith("stack1"))).toEqual([
      "stem.residual.shortcut.conv2d",
      "stack0.level0.down.0.shortcut.conv2d",
      "stack0.level1.down.0.shortcut.conv2d",
      "stack0.level2.down.0.shortcut.conv2d",
      "stack0.level3.down.0.shortcut.conv2d",
      "stack0.level4.down.0.shortcut.conv2d",
      "stack0.level4.up.1.shortcut.conv2d",
      "stack0.level1.up.1.shortcut.conv2d",
    ]);
  });

  test("takes sides of 127 beyond a multiple of 128, as CornerNet does", () => {
    const cornerNet = graphOf(HOURGLASS["hourglass-104"], 511);
    expect(shapeIn(cornerNet, cornerNet.outputs.features0)).toEqual(shapeOf(128, 128, 256));
  });
});

test("a side that the levels do not divide is refused where the sum does not fit", () => {
  expect(() => graphOf(HOURGLASS["hourglass-20"], 40)).toThrow(
    "stack0.level1.add, add: expected two maps of one shape, got [1, 5, 5, 96] and [1, 6, 6, 96].",
  );
});

for (const [name, side] of [
  ["hourglass-10", 16],
  ["hourglass-20", 16],
] as const) {
  test(`${name} computes the same fused and unfused, in plain arithmetic and on gpu.js webasm`, async () => {
    const graph = graphOf(HOURGLASS[name], side);
    const fused = fuseEpilogues(foldBatchNorm(graph, OPS), OPS);
    expect(new Set(fused.nodes.map(({ op }) => op))).toEqual(new Set(["conv2d", "upsampleNearest", "add"]));
    const [weights, inputs] = [weightsFor(graph), inputsFor(graph)];
    const expected = await (await referenceExecutor().prepare(graph, weights)).run(inputs);
    const folded = await (await referenceExecutor().prepare(fused, weights)).run(inputs);
    const executor = await gpujsExecutor({ mode: "webasm" });
    const onWebasm = await (await executor.prepare(fused, weights)).run(inputs);
    await executor.dispose();
    expect(largestDifference(expected.outputs, folded.outputs)).toBeLessThan(1e-5);
    expect(largestDifference(expected.outputs, onWebasm.outputs)).toBeLessThan(1e-4);
  });
}
