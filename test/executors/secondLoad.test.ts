/** What a second detector in one process finds done: compiled kernels, the self-test, wgsl's device. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { convolution } from "../../src/blocks/convolution.ts";
import { load } from "../../src/detect.ts";
import { BackendError } from "../../src/errors.ts";
import { createExecutor, type ExecutorOptions } from "../../src/executors/backends.ts";
import { selfTest } from "../../src/executors/selfTest.ts";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { dawn, NO_DAWN } from "../support/dawn.ts";
import { gpuWith } from "../support/faultyGpu.ts";
import { weightsFor } from "../support/madeWeights.ts";
import { mayBeLeftOut } from "../support/required.ts";

vi.mock("../../src/executors/selfTest.ts", async (original) => {
  const module = await original<typeof import("../../src/executors/selfTest.ts")>();
  return { ...module, selfTest: vi.fn(module.selfTest) };
});

const tests = vi.mocked(selfTest);
beforeEach(() => {
  tests.mockClear();
});

/** How often the self-test ran for these executors, which are all in use at once. */
async function testsOf(...all: ExecutorOptions[]): Promise<number> {
  const executors: Executor[] = [];
  for (const options of all) executors.push(await createExecutor("wasm", options));
  for (const executor of executors) await executor.dispose();
  return tests.mock.calls.length;
}

test("a self-test that failed runs again", async () => {
  const failure = new BackendError({ where: "backend wasm", expected: "1", got: "2" });
  tests.mockRejectedValueOnce(failure);
  await expect(createExecutor("wasm", { threads: 1 })).rejects.toBe(failure);
  expect(await testsOf({ threads: 1 })).toBe(2);
});

test("wasm compiles its kernels once and tests them once; a second detector finds the same", async () => {
  const compile = vi.spyOn(WebAssembly, "compile");
  const image = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(90) };
  const options = { backend: "wasm", threads: 2, build: "plain" } as const;
  const first = await load("movenet-lightning", options);
  const second = await load("movenet-lightning", options);
  const kernels = compile.mock.calls.filter(([bytes]) => (bytes as ArrayBufferView).byteLength > 1000);
  expect(kernels.length).toBe(1);
  expect(tests).toHaveBeenCalledTimes(1);
  const found = await first.detect(image, { score: 0 });
  expect(found.detections.length).toBeGreaterThan(0);
  await first.dispose();
  expect((await second.detect(image, { score: 0 })).detections).toEqual(found.detections);
  await second.dispose();
});

test("each kind of wasm executor is tested by itself", async () => {
  const threads = 3;
  const kinds = [{ threads }, { threads, precision: "exact" }, { threads, memory: "low" }] as const;
  expect(await testsOf(...kinds, ...kinds)).toBe(3);
});

test("gpu.js is tested once per mode", async () => {
  for (let load = 0; load < 2; load++) await (await createExecutor("cpu")).dispose();
  expect(tests).toHaveBeenCalledTimes(1);
});

const found = await dawn();
if (!found) console.log(`wgsl: ${NO_DAWN}`);

describe.skipIf(!found && mayBeLeftOut)("wgsl", () => {
  const shape = shapeOf(9, 7, 4);
  const builder = new GraphBuilder();
  const x = builder.input("x", shape);
  builder.output(
    "y",
    convolution(x, builder.root.at("layer"), { channels: 4, kernel: 3, activation: "relu" }),
  );
  const graph = builder.build();
  const inputs = { x: tensor(shape, caseData(shape, 7)) };

  async function outputOf(executor: Executor) {
    const plan = await executor.prepare(graph, weightsFor(graph));
    return (await plan.run(inputs)).outputs.y.data;
  }

  test("opens one device, compiles each shader once and is tested once; the device goes with the last", async () => {
    const counted = countingGpu(found as Gpu);
    const first = await wgslExecutor({ gpu: counted.gpu });
    const expected = await outputOf(first);
    const { shaders } = counted;
    expect(shaders).toBeGreaterThan(0);
    const second = await wgslExecutor({ gpu: counted.gpu });
    expect(await outputOf(second)).toEqual(expected);
    expect(counted).toMatchObject({ devices: 1, shaders, destroyed: 0 });
    expect(tests).toHaveBeenCalledTimes(1);

    await first.dispose();
    expect(await outputOf(second)).toEqual(expected);
    expect(counted.destroyed).toBe(0);
    await second.dispose();
    expect(counted.destroyed).toBe(1);

    const third = await wgslExecutor({ gpu: counted.gpu });
    expect(await outputOf(third)).toEqual(expected);
    expect(counted.devices).toBe(2);
    expect(tests).toHaveBeenCalledTimes(2);
    await third.dispose();
  });
});

/** Counts what is asked of its devices. */
function countingGpu(gpu: Gpu) {
  const counted = { devices: 0, shaders: 0, destroyed: 0, gpu };
  counted.gpu = gpuWith(gpu, async (adapter) => {
    const device = await adapter.requestDevice({});
    counted.devices++;
    const createShaderModule = device.createShaderModule.bind(device);
    const destroy = device.destroy.bind(device);
    return Object.assign(device, {
      createShaderModule(descriptor: Parameters<typeof createShaderModule>[0]) {
        counted.shaders++;
        return createShaderModule(descriptor);
      },
      destroy() {
        counted.destroyed++;
        destroy();
      },
    });
  });
  return counted;
}
