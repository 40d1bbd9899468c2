import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Executor } from "../../../src/backend/executor.ts";
import { BackendError, MemoryError } from "../../../src/errors.ts";
import { caseGraph } from "../../../src/executors/selfTest.ts";
import { describeWasmPlan } from "../../../src/executors/wasm/describeWasmPlan.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { wasmBuilds } from "../../../src/executors/wasm/wasmModule.ts";
import { CASES } from "../../../src/kernels/cases.ts";
import type { MemoryUse } from "../../../src/kernels/kernel.ts";
import type { OpName } from "../../../src/kernels/ops.ts";
import { chain, chainInputs, chainWeights } from "../../support/chain.ts";

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

afterEach(() => vi.restoreAllMocks());

async function using<Result>(
  options: Parameters<typeof wasmExecutor>[0],
  work: (executor: Executor) => Promise<Result>,
): Promise<Result> {
  const executor = await wasmExecutor(options);
  try {
    return await work(executor);
  } finally {
    await executor.dispose();
  }
}

/** If maps differ, `toEqual` would print and align every number. This stays cheap. */
function expectSame(got: Float32Array, expected: Float32Array): void {
  expect(got.length).toBe(expected.length);
  expect(got.findIndex((value, index) => !Object.is(value, expected[index]))).toBe(-1);
}

/** Collects every Worker that is sent a message from now on. */
function workersInUse(): () => Worker[] {
  const posting = vi.spyOn(Worker.prototype, "postMessage");
  return () => [...new Set(posting.mock.contexts as Worker[])];
}

describe("results are bit-identical on 1, 2, 3 and 4 threads", () => {
  const everyCase = (Object.keys(CASES) as OpName[]).flatMap((op) =>
    CASES[op].map((opCase) => ({ op, opCase })),
  );
  const large = chain(37, 20, 6);
  const graphs = {
    "every case of every op": caseGraph(everyCase),
    "layers of several blocks": { graph: large, weights: chainWeights(large), inputs: chainInputs(large) },
  };
  for (const build of wasmBuilds()) {
    for (const choices of [{}, { precision: "exact" }, { memory: "low" }] as const) {
      for (const [title, { graph, weights, inputs }] of Object.entries(graphs)) {
        test(`${title}, ${build} SIMD, ${JSON.stringify(choices)}`, async () => {
          const outputsOn = (threads: number) =>
            using({ threads, build, ...choices }, async (executor) => {
              expect(executor.details).toMatchObject({ build, threads, ...choices });
              return (await (await executor.prepare(graph, weights)).run(inputs)).outputs;
            });
          const expected = await outputsOn(1);
          for (const threads of [2, 3, 4]) {
            const outputs = await outputsOn(threads);
            expect(Object.keys(outputs)).toEqual(Object.keys(expected));
            for (const [name, { data }] of Object.entries(expected)) expectSame(outputs[name].data, data);
          }
        });
      }
    }
  }
});

describe("two threads", () => {
  const graph = chain(64, 32, 60);
  const weights = chainWeights(graph);
  const inputs = chainInputs(graph);

  test("an abort in the middle ends the run, and the plan still works", async () => {
    await using({ threads: 2 }, async (executor) => {
      const plan = await executor.prepare(graph, weights);
      const whole = (await plan.run(inputs)).outputs.y.data;
      for (const delay of [0, 5, 20]) {
        const controller = new AbortController();
        const running = plan.run(inputs, { signal: controller.signal });
        setTimeout(() => controller.abort(), delay);
        await expect(running).rejects.toMatchObject({ name: "AbortError" });
      }
      expectSame((await plan.run(inputs)).outputs.y.data, whole);
    });
  });

  test("a tapped value is copied before its memory is reused", async () => {
    const taps = ["layer0.bias", "layer31.bias"];
    const tapped = (threads: number) =>
      using({ threads }, async (executor) => (await executor.prepare(graph, weights)).run(inputs, { taps }));
    const [two, one] = [await tapped(2), await tapped(1)];
    for (const tap of taps) expectSame(two.taps[tap].data, one.taps[tap].data);
    expectSame(two.outputs.y.data, one.outputs.y.data);
  });

  test("concurrent runs of several plans each return their own result", async () => {
    const other = chain(40, 8, 12);
    await using({ threads: 2 }, async (executor) => {
      const plans = [
        { plan: await executor.prepare(graph, weights), of: graph },
        { plan: await executor.prepare(other, chainWeights(other)), of: other },
      ];
      const run = (i: number) => plans[i % 2].plan.run(chainInputs(plans[i % 2].of, i));
      const together = await Promise.all(Array.from({ length: 8 }, (_, i) => run(i)));
      for (const [i, { outputs }] of together.entries()) {
        expectSame(outputs.y.data, (await run(i)).outputs.y.data);
      }
    });
  });

  test("a thread that dies during a run causes an error, and the next run is right", async () => {
    await using({ threads: 2 }, async (executor) => {
      const workers = workersInUse();
      const plan = await executor.prepare(graph, weights);
      const whole = (await plan.run(inputs)).outputs.y.data;
      const running = plan.run(inputs);
      setTimeout(() => workers()[1].terminate(), 5);
      await expect(running).rejects.toBeInstanceOf(BackendError);
      await expect(running).rejects.toThrow(
        /^backend wasm: expected its threads to run to the end, got one that died \(exit code 1\)\./,
      );
      // Another thread in the middle of a unit would write to the next run's maps.
      expect(workers().map(({ threadId }) => threadId)).toEqual([-1, -1]);
      expectSame((await plan.run(inputs)).outputs.y.data, whole);
      expect(workers().length).toBe(4);
    });
  });

  test("a thread that dies between two runs is replaced", async () => {
    await using({ threads: 2 }, async (executor) => {
      const workers = workersInUse();
      const plan = await executor.prepare(graph, weights);
      const whole = (await plan.run(inputs)).outputs.y.data;
      await workers()[0].terminate();
      expectSame((await plan.run(inputs)).outputs.y.data, whole);
    });
  });

  test("an abort while a dead thread is being replaced ends the run before it begins", async () => {
    await using({ threads: 2 }, async (executor) => {
      const workers = workersInUse();
      const plan = await executor.prepare(graph, weights);
      const whole = (await plan.run(inputs)).outputs.y.data;
      await workers()[0].terminate();
      const controller = new AbortController();
      const running = plan.run(inputs, { signal: controller.signal });
      // The run advances by promises alone until it waits for the new threads' first message.
      setImmediate(() => controller.abort());
      await expect(running).rejects.toMatchObject({ name: "AbortError" });
      expect(workers().length).toBe(2);
      expectSame((await plan.run(inputs)).outputs.y.data, whole);
      expect(workers().length).toBe(4);
    });
  });

  test("a thread that dies while weights are prepared makes at most that plan fail", async () => {
    await using({ threads: 2 }, async (executor) => {
      const workers = workersInUse();
      const preparing = executor.prepare(graph, weights);
      await vi.waitFor(() => expect(workers().length).toBe(2));
      await workers()[0].terminate();
      // If it dies between two layers' weights it is replaced; otherwise there is an error that says so.
      const first = await preparing.catch((error: unknown): undefined => {
        expect(error).toBeInstanceOf(BackendError);
      });
      const second = await executor.prepare(graph, weights);
      const expected = await second.run(inputs);
      if (first) expectSame((await first.run(inputs)).outputs.y.data, expected.outputs.y.data);
      expect(expected.outputs.y.data.some((value) => value !== 0 && Number.isFinite(value))).toBe(true);
    });
  });

  test("threads end with their executor", async () => {
    const workers = workersInUse();
    await using({ threads: 2 }, async (executor) => {
      await (await executor.prepare(graph, weights)).run(inputs);
    });
    expect(workers().length).toBe(2);
    expect(workers().map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });
});

test("a network that needs more memory than the machine or container has is refused with both numbers", async () => {
  vi.spyOn(process, "constrainedMemory").mockReturnValue(50e6);
  const graph = chain(1024, 16, 2);
  for (const threads of [1, 2]) {
    await using({ threads }, async (executor) => {
      expect(() => executor.checkMemory?.(graph)).toThrow(MemoryError);
      await expect(executor.prepare(graph, chainWeights(graph))).rejects.toThrow(
        /^backend wasm: expected \d{3} MB of memory for this network at this size, got a machine or container with 50 MB\. Choose a smaller input size\.$/,
      );
    });
  }
});

test("if low memory would be enough, the error says so, and how much it takes", async () => {
  const graph = chain(64, 256, 4);
  const total = (memory: MemoryUse) => describeWasmPlan(graph, { precision: "default", memory }).bytes.total;
  vi.spyOn(process, "constrainedMemory").mockReturnValue(total("low"));
  const low = Math.ceil(total("low") / 1e6);
  await using({ threads: 1 }, async (executor) => {
    await expect(executor.prepare(graph, chainWeights(graph))).rejects.toThrow(
      `Choose a smaller input size, or memory: "low", which takes ${low} MB.`,
    );
  });
  await using({ threads: 1, memory: "low" }, async (executor) => {
    const plan = await executor.prepare(graph, chainWeights(graph));
    expect((await plan.run(chainInputs(graph))).outputs.y.data.every(Number.isFinite)).toBe(true);
  });
});
