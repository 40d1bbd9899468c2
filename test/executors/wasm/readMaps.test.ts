/** Maps that the module copies out of a plan's memory, beside plain arithmetic. */
import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, RunResult } from "../../../src/backend/executor.ts";
import { planLayout } from "../../../src/executors/wasm/planLayout.ts";
import { planReads } from "../../../src/executors/wasm/readMaps.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { wasmBuilds } from "../../../src/executors/wasm/wasmModule.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { concatenate } from "../../../src/kernels/concatenate/op.ts";
import { add, sigmoid } from "../../../src/kernels/elementwise/op.ts";
import { maxPool } from "../../../src/kernels/maxPool/op.ts";
import { DEFAULT_CHOICES } from "../../../src/kernels/wasm/kernel.ts";
import { elementCount, type Shape, shapeOf, tensor } from "../../../src/tensor.ts";

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const SIZES = [
  [1, 1],
  [3, 5],
  [37, 41],
  [130, 127],
] as const;
const CHANNELS = [1, 2, 3, 4, 5, 7, 90];

/** Sums of the input with itself: exact in any arithmetic. */
function doublings(shape: Shape): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("x", shape);
  const twice = add(x, x, builder.root.at("twice"));
  const fourfold = add(twice, twice, builder.root.at("fourfold"));
  builder.output("eightfold", add(fourfold, fourfold, builder.root.at("eightfold")));
  return builder.build();
}

async function run(
  graph: Graph,
  data: Float32Array,
  executor: Executor,
  taps: readonly string[] = [],
): Promise<RunResult> {
  const plan = await executor.prepare(graph, new Map());
  const inputs = { x: tensor(graph.inputs.x, data) };
  await plan.run(inputs, { taps: graph.nodes.map(({ name }) => name) });
  const result = await plan.run(inputs, { taps });
  await plan.dispose();
  return result;
}

function numbers(shape: Shape): Float32Array {
  return Float32Array.from({ length: elementCount(shape) }, (_, index) => (index % 8191) - 4000.5);
}

for (const build of wasmBuilds()) {
  for (const threads of [1, 3]) {
    test(`taps and outputs of any size, ${build} SIMD, ${threads} threads`, async () => {
      const executor = await wasmExecutor({ build, threads });
      for (const [height, width] of SIZES) {
        for (const channels of CHANNELS) {
          const shape = shapeOf(height, width, channels);
          const data = numbers(shape);
          const graph = doublings(shape);
          const [twice, fourfold] = graph.nodes.map(({ name }) => name);
          const result = await run(graph, data, executor, [twice, fourfold]);
          const maps = [result.taps[twice], result.taps[fourfold], result.outputs.eightfold];
          for (const [index, map] of maps.entries()) {
            expect(map.shape).toEqual(shape);
            expect(map.data.findIndex((value, at) => value !== data[at] * 2 ** (index + 1))).toBe(-1);
          }
          expect(result.findings).toEqual({ finite: true, zero: false });
        }
      }
      await executor.dispose();
    });
  }
}

describe("on two threads", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await wasmExecutor({ threads: 2 });
  });
  afterAll(() => executor.dispose());

  const shape = shapeOf(67, 61, 7);
  const graph = (() => {
    const builder = new GraphBuilder();
    const x = builder.input("x", shape);
    builder.output("y", add(x, x, builder.root.at("y")));
    return builder.build();
  })();
  const count = elementCount(shape);
  const findings = async (data: Float32Array) => (await run(graph, data, executor)).findings;

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]) {
    test(`${value} anywhere is seen`, async () => {
      for (const place of [0, 6, 7, Math.floor(count / 2), count - 2, count - 1]) {
        const data = numbers(shape);
        data[place] = value; // 3e38 + 3e38 is infinite
        expect(await findings(data)).toEqual({ finite: false, zero: false });
      }
    });
  }

  test("zeros of either sign are zeros, and one other number is seen", async () => {
    const zeros = new Float32Array(count).fill(-0, 5, 900);
    expect(await findings(zeros)).toEqual({ finite: true, zero: true });
    for (const place of [0, 6, 7, count - 1]) {
      const data = zeros.slice();
      data[place] = 1e-45;
      expect(await findings(data)).toEqual({ finite: true, zero: false });
    }
  });

  test("what fills up the last plane does not count", async () => {
    const builder = new GraphBuilder();
    const half = sigmoid(builder.input("x", shape), builder.root.at("half"));
    // Each channel becomes 0.5 - 0.5, and the lane beside them 0.5 + 0.
    builder.output("y", add(half, builder.input("z", shape), builder.root.at("y")));
    const plan = await executor.prepare(builder.build(), new Map());
    const inputs = { x: tensor(shape), z: tensor(shape, new Float32Array(count).fill(-0.5)) };
    expect((await plan.run(inputs)).findings).toEqual({ finite: true, zero: true });
  });

  test("several outputs leave memory together", async () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", shapeOf(38, 42, 7));
    const pool = {
      kernel: 2,
      stride: 2,
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
      outside: "ignored",
    } as const;
    const largest = maxPool(x, builder.root.at("largest"), pool);
    builder.output("largest", largest);
    builder.output("twice", add(largest, largest, builder.root.at("twice")));
    const graph = builder.build();
    const layout = planLayout(graph, DEFAULT_CHOICES);
    expect(planReads(layout, Object.values(graph.outputs), 1).every(({ step }) => step)).toBe(true);
    const data = numbers(graph.inputs.x);
    const { outputs, findings } = await run(graph, data, executor);
    const at = (row: number, column: number, channel: number) => data[(row * 42 + column) * 7 + channel];
    for (const [index, value] of outputs.largest.data.entries()) {
      const [row, column, channel] = [
        Math.floor(index / 147) * 2,
        (Math.floor(index / 7) % 21) * 2,
        index % 7,
      ];
      const window = [0, 1].flatMap((u) => [0, 1].map((v) => at(row + u, column + v, channel)));
      expect(value).toBe(Math.max(...window));
      expect(outputs.twice.data[index]).toBe(2 * value);
    }
    expect(findings).toEqual({ finite: true, zero: false });
  });

  test("without room, the calling thread copies the map itself", async () => {
    const shape = shapeOf(19, 23, 8);
    const builder = new GraphBuilder();
    const x = builder.input("x", shape);
    builder.output("y", concatenate([x, x], builder.root.at("y")));
    const graph = builder.build();
    const { name } = graph.nodes[0];
    expect(planReads(planLayout(graph, DEFAULT_CHOICES), [name], 0)).toEqual([{ name }]);
    const data = numbers(shape);
    const { outputs, findings } = await run(graph, data, executor);
    expect(findings).toBeUndefined();
    expect(outputs.y.data.findIndex((value, at) => value !== data[Math.floor(at / 16) * 8 + (at % 8)])).toBe(
      -1,
    );
  });
});
