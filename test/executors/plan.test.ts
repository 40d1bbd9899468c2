import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { convolution } from "../../src/blocks/convolution.ts";
import { BackendError, ModelError, UsageError } from "../../src/errors.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes, chooseMode } from "../../src/executors/gpujs/modes.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { prepareSelfTest, selfTest } from "../../src/executors/selfTest.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { fuseEpilogues } from "../../src/graph/passes/fuseEpilogues.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import { OPS } from "../../src/kernels/ops.ts";
import { type Parameter, shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

const SHAPE = shapeOf(12, 10, 4);
const LAYERS = 5;

function chain(): Graph {
  const builder = new GraphBuilder();
  let x = builder.input("x", SHAPE);
  for (let layer = 0; layer < LAYERS; layer++) {
    const scope = builder.root.at(`layer${layer}`);
    x = convolution(x, scope, { channels: 4, kernel: 3, bias: true, activation: "relu" });
  }
  builder.output("y", x);
  return builder.build();
}

const graph = chain();
const weights = new Map<string, Parameter>(
  Object.entries(graph.parameters).map(([name, { shape }], i) => [name, { shape, data: caseData(shape, i) }]),
);
const inputs = { x: tensor(SHAPE, caseData(SHAPE, 99)) };

for (const mode of [...(await availableModes()), "wasm"] as const) {
  describe(`a plan on ${mode}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await (mode === "wasm" ? wasmExecutor() : gpujsExecutor({ mode }));
    });
    afterAll(() => executor.dispose());

    test("returns any node's value, and the same output with or without taps", async () => {
      const plan = await executor.prepare(graph, weights);
      const plain = await plan.run(inputs);
      const tapped = await plan.run(inputs, { taps: ["layer0.conv2d", "layer3.relu"] });
      expect(tapped.outputs.y.data).toEqual(plain.outputs.y.data);
      const tap = tapped.taps["layer3.relu"];
      expect(tap.shape).toEqual([1, 12, 10, 4]);
      const reference = await (await referenceExecutor().prepare(graph, weights)).run(inputs, {
        taps: ["layer3.relu"],
      });
      const place = (7 * 10 + 3) * 4 + 2;
      expect(tap.data[place]).toBeCloseTo(reference.taps["layer3.relu"].data[place], 4);
      const again = await plan.run(inputs);
      expect(again.outputs.y.data).toEqual(plain.outputs.y.data);
      await plan.dispose();
    });

    test("passes taps on in the graph's order and waits for each, with the bits of those that it returns", async () => {
      const plan = await executor.prepare(graph, weights);
      const taps = graph.nodes.map(({ name }) => name).reverse();
      const kept = await plan.run(inputs, { taps });
      const calls: string[] = [];
      const onTap = async (name: string, { shape, data }: Tensor) => {
        calls.push(`${name} begins`);
        expect({ shape, data }).toEqual(kept.taps[name]);
        // The tensor is the caller's: whatever happens to it, the run goes on undisturbed.
        data.fill(Number.NaN);
        structuredClone(data.buffer, { transfer: [data.buffer] });
        await new Promise((resolve) => setTimeout(resolve, 1));
        calls.push(`${name} ends`);
      };
      const walked = await plan.run(inputs, { taps, onTap });
      expect(walked.taps).toEqual({});
      expect(walked.outputs).toEqual(kept.outputs);
      expect(calls).toEqual(graph.nodes.flatMap(({ name }) => [`${name} begins`, `${name} ends`]));
      expect((await plan.run(inputs)).outputs).toEqual(kept.outputs);
      await plan.dispose();
    });

    test("a run fails as its onTap does, and ends while it waits if it is aborted; the plan still works", async () => {
      const plan = await executor.prepare(graph, weights);
      const plain = await plan.run(inputs);
      const taps = ["layer1.relu", "layer2.relu"];
      const fault = new RangeError("of the caller");
      const failing = () => {
        throw fault;
      };
      await expect(plan.run(inputs, { taps, onTap: failing })).rejects.toBe(fault);
      await expect(plan.run(inputs, { taps, onTap: async () => failing() })).rejects.toBe(fault);
      const controller = new AbortController();
      const names: string[] = [];
      const onTap = (name: string) => {
        names.push(name);
        setTimeout(() => controller.abort());
        return new Promise<void>(() => {});
      };
      const { signal } = controller;
      await expect(plan.run(inputs, { taps, onTap, signal })).rejects.toMatchObject({ name: "AbortError" });
      expect(names).toEqual(["layer1.relu"]);
      expect((await plan.run(inputs)).outputs).toEqual(plain.outputs);
      await plan.dispose();
    });

    test("results do not change when the plan runs again", async () => {
      const plan = await executor.prepare(graph, weights);
      const first = (await plan.run(inputs)).outputs.y.data;
      const copy = first.slice();
      await plan.run({ x: tensor(SHAPE, caseData(SHAPE, 5)) });
      expect(first).toEqual(copy);
      await plan.dispose();
      expect(first).toEqual(copy);
    });

    test("concurrent runs each return their own result", async () => {
      const plan = await executor.prepare(graph, weights);
      const images = Array.from({ length: 8 }, (_, i) => ({ x: tensor(SHAPE, caseData(SHAPE, i)) }));
      const together = await Promise.all(
        images.map((x, i) => plan.run(x, { taps: i % 2 ? ["layer1.relu"] : [] })),
      );
      for (const [i, image] of images.entries()) {
        expect(together[i].outputs.y.data).toEqual((await plan.run(image)).outputs.y.data);
      }
      await plan.dispose();
    });

    test("reports what is wrong with an input or a tap", async () => {
      const fused = await executor.prepare(fuseEpilogues(graph, OPS), weights);
      await expect(fused.run({})).rejects.toThrow("input x: expected shape [1, 12, 10, 4], got nothing.");
      await expect(fused.run({ x: tensor(shapeOf(12, 10, 3)) })).rejects.toThrow("got [1, 12, 10, 3]");
      await expect(fused.run(inputs, { taps: ["layer9"] })).rejects.toThrow("an unknown name");
      await expect(fused.run(inputs, { taps: ["layer1.bias"] })).rejects.toThrow(
        "tap layer1.bias: expected the name of a node, got a part of the fused node layer1.relu.",
      );
      await fused.dispose();
    });

    test("an aborted run rejects with the signal's reason, and the plan still works", async () => {
      const plan = await executor.prepare(graph, weights);
      const before = AbortSignal.abort();
      await expect(plan.run(inputs, { signal: before })).rejects.toMatchObject({ name: "AbortError" });
      const controller = new AbortController();
      const running = plan.run(inputs, { signal: controller.signal });
      controller.abort();
      controller.abort();
      await expect(running).rejects.toMatchObject({ name: "AbortError" });
      expect((await plan.run(inputs)).outputs.y.data.some((value) => value > 0)).toBe(true);
      await plan.dispose();
    });

    test("refuses to run after dispose; disposing twice or during a run is fine", async () => {
      const plan = await executor.prepare(graph, weights);
      const running = plan.run(inputs);
      await Promise.all([plan.dispose(), plan.dispose()]);
      await expect(running).resolves.toBeDefined();
      await expect(plan.run(inputs)).rejects.toBeInstanceOf(UsageError);
    });

    test("missing and misshapen parameters are refused", async () => {
      const missing = new Map(weights);
      missing.delete("layer2.kernel");
      await expect(executor.prepare(graph, missing)).rejects.toThrow("layer2.kernel: expected a parameter");
      const misshapen = new Map(weights).set("layer2.bias", { shape: [5], data: new Float32Array(5) });
      await expect(executor.prepare(graph, misshapen)).rejects.toBeInstanceOf(ModelError);
    });
  });
}

describe("the self-test", () => {
  /** An executor that computes correct results and then spoils them. */
  function spoiled(spoil: (data: Float32Array, op: string) => Float32Array): Executor {
    const reference = referenceExecutor();
    return {
      backend: "spoiled",
      details: {},
      dispose: () => reference.dispose(),
      async prepare(testGraph, testWeights) {
        const plan = await reference.prepare(testGraph, testWeights);
        return {
          dispose: () => plan.dispose(),
          async run(testInputs) {
            const { outputs } = await plan.run(testInputs);
            const entries = Object.entries(outputs).map(([name, { shape, data }]) => {
              return [name, { shape, data: spoil(data, name.slice(name.indexOf(".") + 1)) }];
            });
            return { outputs: Object.fromEntries(entries), taps: {} };
          },
        };
      },
    };
  }

  test("passes an executor that computes correct results", async () => {
    await expect(
      selfTest(
        spoiled((data) => data),
        await prepareSelfTest(),
      ),
    ).resolves.toBeUndefined();
  });

  for (const op of Object.keys(OPS)) {
    for (const [fault, spoil] of [
      ["zeros", (data: Float32Array) => data.map(() => 0)],
      ["NaN", (data: Float32Array) => data.map(() => Number.NaN)],
      [
        "a wrong sign in one cell",
        (data: Float32Array) => data.map((v, i) => (i === data.length - 1 ? -v - 1 : v)),
      ],
      [
        "11 bits of precision",
        (data: Float32Array) => data.map((v) => Math.round(v * 2 ** 10) / 2 ** 10 + 2e-4),
      ],
      ["shifted by one", (data: Float32Array) => data.map((_, i) => data[(i + 1) % data.length])],
    ] as const) {
      test(`refuses ${op} with ${fault}`, async () => {
        const executor = spoiled((data, name) => (name === op ? spoil(data) : data));
        await expect(selfTest(executor, await prepareSelfTest())).rejects.toThrow(
          `self-test of backend spoiled, op ${op}`,
        );
      });
    }
  }

  test("says so if all results are zero", async () => {
    await expect(
      selfTest(
        spoiled((data) => data.map(() => 0)),
        await prepareSelfTest(),
      ),
    ).rejects.toThrow("got zeros everywhere");
  });
});

test("an abort stops plain JavaScript between two layers", async () => {
  const executor = await gpujsExecutor({ mode: "cpu" });
  const plan = await executor.prepare(graph, weights);
  const whole = (await plan.run(inputs)).outputs.y.data;
  const controller = new AbortController();
  // In the event loop's next turn, however short a layer takes.
  setImmediate(() => controller.abort());
  await expect(plan.run(inputs, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  expect((await plan.run(inputs)).outputs.y.data).toEqual(whole);
  await executor.dispose();
});

test("a mode that this machine lacks is refused with a list of those that it has", async () => {
  const modes = await availableModes();
  if (modes.includes("webgl2")) return;
  await expect(chooseMode("webgl2")).rejects.toThrow(BackendError);
  await expect(chooseMode("webgl2")).rejects.toThrow("expected one that this machine has (webasm, cpu)");
  expect(await chooseMode("auto")).toBe("webasm");
});
