import { expect, test } from "vitest";
import { convolution } from "../../../src/blocks/convolution.ts";
import { BackendError } from "../../../src/errors.ts";
import { planLayout } from "../../../src/executors/wasm/planLayout.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { GraphBuilder } from "../../../src/graph/graph.ts";
import { foldBatchNorm } from "../../../src/graph/passes/foldBatchNorm.ts";
import { OPS } from "../../../src/kernels/ops.ts";
import { DEFAULT_CHOICES } from "../../../src/kernels/wasm/kernel.ts";
import { elementCount, shapeOf } from "../../../src/tensor.ts";
import { chain, chainInputs, chainWeights } from "../../support/chain.ts";

test("a graph that needs more than WebAssembly can address is refused before anything is computed", async () => {
  const graph = chain(12_000, 4, 1);
  const executor = await wasmExecutor();
  const preparing = executor.prepare(graph, chainWeights(graph));
  await expect(preparing).rejects.toBeInstanceOf(BackendError);
  await expect(preparing).rejects.toThrow(
    /^backend wasm: expected \d{4,5} MB of memory for this network at this size, got at most 4295 MB/,
  );
  await executor.dispose();
});

test("a chain of layers needs memory for only two maps, however long it is", () => {
  const short = planLayout(chain(32, 8, 4), DEFAULT_CHOICES);
  const long = planLayout(chain(32, 8, 40), DEFAULT_CHOICES);
  expect(long.bytes.maps).toBe(short.bytes.maps);
  expect(short.bytes.maps).toBe(2 * 32 * 32 * 8 * 4);
});

test("an abort in the middle ends the run within a layer, and the plan still works", async () => {
  const graph = chain(128, 32, 120);
  const executor = await wasmExecutor({ threads: 1 });
  const plan = await executor.prepare(graph, chainWeights(graph));
  const inputs = chainInputs(graph);
  const controller = new AbortController();
  const running = plan.run(inputs, { signal: controller.signal });
  setTimeout(() => controller.abort(), 10);
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  expect((await plan.run(inputs)).outputs.y.data.every(Number.isFinite)).toBe(true);
  await executor.dispose();
});

for (const threads of [1, 2]) {
  test(`an abort while weights are written ends the preparation within a layer, ${threads} threads`, async () => {
    const graph = chain(16, 8, 12);
    const weights = chainWeights(graph);
    const executor = await wasmExecutor({ threads });
    const controller = new AbortController();
    const { signal } = controller;
    const written: string[] = [];
    const onWritten = (name: string) => {
      written.push(name);
      controller.abort();
    };
    await expect(executor.prepare(graph, weights, { onWritten, signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(written.every((name) => name.startsWith("layer0."))).toBe(true);
    const plan = await executor.prepare(graph, weights);
    expect((await plan.run(chainInputs(graph))).outputs.y.data.every(Number.isFinite)).toBe(true);
    await executor.dispose();
  });
}

test("runs do not grow the memory, and dispose frees it", async () => {
  const graph = chain(16, 8, 3);
  const executor = await wasmExecutor({ threads: 1 });
  const plan = await executor.prepare(graph, chainWeights(graph));
  const inputs = chainInputs(graph);
  const first = (await plan.run(inputs)).outputs.y.data;
  const before = process.memoryUsage().rss;
  for (let run = 0; run < 1000; run++) await plan.run(inputs);
  expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  expect((await plan.run(inputs)).outputs.y.data).toEqual(first);
  await executor.dispose();
  await expect(plan.run(inputs)).rejects.toThrow("one that was disposed of");
});

test("reports each stored parameter once when it is no longer needed, including folded ones", async () => {
  const builder = new GraphBuilder();
  let x = builder.input("x", shapeOf(8, 8, 4));
  for (const name of ["first", "second"]) {
    const batchNorm = { epsilon: 1e-3 };
    x = convolution(x, builder.root.at(name), { channels: 8, kernel: 3, bias: true, batchNorm });
  }
  builder.output("y", x);
  const graph = foldBatchNorm(builder.build(), OPS);
  const stored = Object.entries(graph.parameters).map(([name, { shape }]) => {
    return [name, { shape, data: new Float32Array(elementCount(shape)).fill(1) }] as const;
  });
  const weights = new Map(stored);
  const executor = await wasmExecutor({ threads: 1 });
  const told: string[] = [];
  const onWritten = (name: string) => {
    told.push(name);
    weights.delete(name);
  };
  await executor.prepare(graph, weights, { onWritten });
  expect(told.sort()).toEqual(Object.keys(graph.parameters).sort());
  await executor.dispose();
});
