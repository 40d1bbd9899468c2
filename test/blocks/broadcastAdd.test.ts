import { describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { broadcastAdd } from "../../src/blocks/broadcastAdd.ts";
import { createExecutor } from "../../src/executors/backends.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { type Shape, shapeOf, tensor } from "../../src/tensor.ts";

const CHANNELS = 5;

function sumGraph(a: Shape, b: Shape) {
  const builder = new GraphBuilder();
  const sum = broadcastAdd(builder.input("a", a), builder.input("b", b), builder.root.at("sum"));
  builder.output("sum", sum);
  return builder.build();
}

/** Negative ones too: padding must not win over them. */
function numbered(shape: Shape, start: number) {
  const map = tensor(shape);
  map.data.forEach((_, i) => {
    map.data[i] = (((i + start) * 7919) % 1013) - 900;
  });
  return map;
}

const EXECUTORS: readonly (readonly [name: string, open: () => Promise<Executor>])[] = [
  ["reference", async () => referenceExecutor()],
  ["wasm", () => createExecutor("wasm", { threads: 1 })],
  ["cpu", () => createExecutor("cpu")],
];

describe.each(EXECUTORS)("a single row or column counts for all, on %s", (_, open) => {
  test.each([
    [8, 3, 1, 3],
    [3, 8, 3, 1],
    [4, 4, 1, 1],
    [2, 7, 1, 1],
    [32, 2, 1, 1],
    [6, 5, 6, 5],
  ])("%i x %i and %i x %i", async (height, width, rows, columns) => {
    const a = numbered(shapeOf(height, width, CHANNELS), 1);
    const b = numbered(shapeOf(rows, columns, CHANNELS), 500);
    const expected = a.data.map((value, i) => {
      const [cell, channel] = [Math.floor(i / CHANNELS), i % CHANNELS];
      const [y, x] = [Math.floor(cell / width) % rows, (cell % width) % columns];
      return value + b.data[(y * columns + x) * CHANNELS + channel];
    });
    const executor = await open();
    for (const inputs of [
      { a, b },
      { a: b, b: a },
    ]) {
      const plan = await executor.prepare(sumGraph(inputs.a.shape, inputs.b.shape), new Map());
      expect((await plan.run(inputs)).outputs.sum.data).toEqual(expected);
    }
    await executor.dispose();
  });
});

test("maps of one size are added as they are", () => {
  const shape = shapeOf(3, 4, CHANNELS);
  expect(sumGraph(shape, shape).nodes.map(({ name }) => name)).toEqual(["sum.add"]);
});

test("maps that do not fit are refused", () => {
  const graph = () => sumGraph(shapeOf(4, 4, CHANNELS), shapeOf(2, 4, CHANNELS));
  expect(graph).toThrow("sum.add, add: expected two maps of one shape");
});
