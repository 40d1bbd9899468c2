import { expect, test } from "vitest";
import { BackendError } from "../../../src/errors.ts";
import { planLayout } from "../../../src/executors/wasm/planLayout.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
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

test("a chain of layers takes the memory of few maps, however long it is", () => {
  const short = planLayout(chain(32, 8, 4), "default");
  const long = planLayout(chain(32, 8, 40), "default");
  expect(long.bytes.maps).toBe(short.bytes.maps);
  expect(short.bytes.maps).toBe(2 * 32 * 32 * 8 * 4);
});

test("an abort in the middle ends the run within a layer, and the plan works on", async () => {
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

test("runs do not grow the memory, which dispose gives back", async () => {
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
