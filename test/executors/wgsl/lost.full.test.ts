import { afterEach, describe, expect, test } from "vitest";
import type { Executor } from "../../../src/backend/executor.ts";
import type { TopPeaksQueries } from "../../../src/backend/peakQuery.ts";
import { convolution } from "../../../src/blocks/convolution.ts";
import { findPeaks } from "../../../src/decode/findPeaks.ts";
import { BackendError, MemoryError, ModelError, UsageError } from "../../../src/errors.ts";
import { createExecutor } from "../../../src/executors/backends.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import type { Gpu, GpuDevice } from "../../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { centerOnMultiple } from "../../../src/image/input/centerOnMultiple.ts";
import { caseData } from "../../../src/kernels/opCase.ts";
import { type Shape, shapeOf, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { destroyAtDispatch, gpuWith } from "../../support/faultyGpu.ts";
import { weightsFor } from "../../support/madeWeights.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const found = await dawn();
if (!found) console.log(`wgsl: ${NO_DAWN}`);

const SHAPE = shapeOf(9, 7, 4);
const LAYERS = 4;

function chain(shape: Shape): Graph {
  const builder = new GraphBuilder();
  let x = builder.input("x", shape);
  for (let layer = 0; layer < LAYERS; layer++) {
    const scope = builder.root.at(`layer${layer}`);
    x = convolution(x, scope, { channels: 4, kernel: 3, bias: true, activation: "relu" });
  }
  builder.output("y", x);
  return builder.build();
}

const graph = chain(SHAPE);
const weights = weightsFor(graph);
const inputs = { x: tensor(SHAPE, caseData(SHAPE, 99)) };

describe.skipIf(!found && mayBeLeftOut)("wgsl", () => {
  const gpu = found as Gpu;
  const executors: Executor[] = [];
  const open = async (...options: Parameters<typeof wgslExecutor>) => {
    const executor = await wgslExecutor(...options);
    executors.push(executor);
    return executor;
  };
  afterEach(async () => {
    for (const executor of executors.splice(0)) await executor.dispose();
  });

  test("gives the right result after one replacement, wherever the device was lost", async () => {
    const faulty = destroyAtDispatch(gpu);
    const executor = await open({ gpu: faulty.gpu });
    const plan = await executor.prepare(graph, weights);
    faulty.count = 0;
    const { outputs } = await plan.run(inputs);
    const dispatches = faulty.count;
    expect(dispatches).toBe(3 * LAYERS);
    for (let index = 0; index < dispatches; index++) {
      faulty.destroyAt(index);
      expect((await plan.run(inputs)).outputs.y.data, `lost at dispatch ${index}`).toEqual(outputs.y.data);
      expect(faulty.destroyed).toBe(index + 1);
    }
  });

  test("gives the right peaks of a picture, lost at any dispatch from its sampling to the last of the peaks", async () => {
    const faulty = destroyAtDispatch(gpu);
    const executor = await open({ gpu: faulty.gpu });
    const data = Uint8Array.from({ length: 41 * 29 * 3 }, (_, i) => (i * 1733) % 8191);
    const image = { x: centerOnMultiple({ width: 41, height: 29, data }, 32) };
    const network = chain(image.x.shape);
    const plan = await executor.prepare(network, weightsFor(network));
    const find = { among: "all channels", count: 20, window: 3, tolerance: 0 } as const;
    const request: TopPeaksQueries = { best: { ...find, heatmap: "y", gather: ["y"] } };
    const expected = findPeaks((await plan.run(image)).outputs, request);
    expect(expected.best.lists[0].scores).toHaveLength(20);
    faulty.count = 0;
    expect((await plan.run(image, { peaks: request })).peaks).toEqual(expected);
    const dispatches = faulty.count;
    expect(dispatches).toBe(1 + 3 * LAYERS + 5);
    for (let index = 0; index < dispatches; index++) {
      faulty.destroyAt(index);
      const { peaks } = await plan.run(image, { peaks: request });
      expect(peaks, `lost at dispatch ${index}`).toEqual(expected);
      expect(faulty.destroyed).toBe(index + 1);
    }
  });

  test("says so where the device is lost again and again, and works on when it stays", async () => {
    const faulty = destroyAtDispatch(gpu);
    const executor = await open({ gpu: faulty.gpu });
    const plan = await executor.prepare(graph, weights);
    const { outputs } = await plan.run(inputs);
    faulty.destroyAlways = true;
    await expect(plan.run(inputs)).rejects.toBeInstanceOf(BackendError);
    await expect(plan.run(inputs)).rejects.toThrow(/^backend wgsl: expected .* to stay, got its loss/);
    faulty.destroyAlways = false;
    expect((await plan.run(inputs)).outputs.y.data).toEqual(outputs.y.data);
  });

  test("hands over to the fallback that was chosen", async () => {
    const faulty = destroyAtDispatch(gpu);
    const executor = await open({ gpu: faulty.gpu, fallback: () => wasmExecutor() });
    const plan = await executor.prepare(graph, weights);
    const { outputs } = await plan.run(inputs);
    expect(executor.backend).toBe("wgsl");
    faulty.destroyAlways = true;
    const other = await plan.run(inputs);
    other.outputs.y.data.forEach((value, i) => {
      expect(value).toBeCloseTo(outputs.y.data[i], 3);
    });
    expect(executor.backend).toBe("wasm");
    expect(executor.details.note).toMatch(/was lost$/);
    expect((await plan.run(inputs)).outputs.y.data).toEqual(other.outputs.y.data);
  });

  test("hands over while it prepares, too, and tells why; other faults than a loss stay with it", async () => {
    const devices: GpuDevice[] = [];
    const once = gpuWith(gpu, async (adapter) => {
      if (devices.length > 0) throw new Error("no more devices");
      devices.push(await adapter.requestDevice({}));
      return devices[0];
    });
    const executor = await open({ gpu: once, fallback: () => wasmExecutor() });
    const missing = new Map([...weights].slice(1));
    await expect(executor.prepare(graph, missing)).rejects.toBeInstanceOf(ModelError);
    expect(executor.backend).toBe("wgsl");
    devices[0].destroy();
    await devices[0].lost;
    const plan = await executor.prepare(graph, weights);
    expect(executor.backend).toBe("wasm");
    expect(executor.details.note).toMatch(/was lost$/);
    expect((await plan.run(inputs)).outputs.y.data.every(Number.isFinite)).toBe(true);
  });

  test("frees the device also where the fallback could not be had", async () => {
    const faulty = destroyAtDispatch(gpu);
    let destroyed = 0;
    const watched = gpuWith(faulty.gpu, async (adapter) => {
      const device = await adapter.requestDevice({});
      device.lost.then(() => destroyed++);
      return device;
    });
    const fallback = () => createExecutor("webgl2");
    const executor = await wgslExecutor({ gpu: watched, fallback });
    const plan = await executor.prepare(graph, weights);
    const { outputs } = await plan.run(inputs);
    faulty.destroyAlways = true;
    await expect(plan.run(inputs)).rejects.toThrow(/^backend webgl2: expected one that this machine has/);
    faulty.destroyAlways = false;
    expect((await plan.run(inputs)).outputs.y.data).toEqual(outputs.y.data);
    expect(destroyed).toBe(2);
    await executor.dispose();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(destroyed).toBe(3);
  });

  test("takes no new device after it was disposed of", async () => {
    let devices = 0;
    const counting = gpuWith(gpu, (adapter) => {
      devices++;
      return adapter.requestDevice({});
    });
    const executor = await wgslExecutor({ gpu: counting });
    const preparing = executor.prepare(graph, weights);
    await executor.dispose();
    const plan = await preparing;
    await expect(plan.run(inputs)).rejects.toThrow(
      "backend wgsl: expected an executor in use, got one that was disposed of.",
    );
    await expect(executor.prepare(graph, weights)).rejects.toBeInstanceOf(UsageError);
    expect(devices).toBe(1);
  });

  test("refuses a machine without an adapter or a device, by name", async () => {
    const none: Gpu = { requestAdapter: async () => null };
    await expect(wgslExecutor({ gpu: none })).rejects.toThrow(
      "backend wgsl: expected a WebGPU adapter, got none.",
    );
    const broken = gpuWith(gpu, async () => {
      throw new Error("the driver is busy");
    });
    await expect(wgslExecutor({ gpu: broken })).rejects.toThrow(
      /^backend wgsl: expected a device of .*, got the driver is busy\./,
    );
  });

  test("works on an adapter with no more than every adapter has, and refuses what does not fit", async () => {
    // Without requested limits, the device has those of the specification.
    const least = gpuWith(gpu, (adapter) => adapter.requestDevice({}));
    const executor = await open({ gpu: least });
    const plan = await executor.prepare(graph, weights);
    expect((await plan.run(inputs)).outputs.y.data.some((value) => value > 0)).toBe(true);
    const large = new GraphBuilder();
    const image = large.input("x", shapeOf(4096, 2049, 4));
    large.output("y", convolution(image, large.root.at("layer0"), { channels: 4, kernel: 3, bias: true }));
    const preparing = executor.prepare(large.build(), weights);
    await expect(preparing).rejects.toBeInstanceOf(MemoryError);
    await expect(preparing).rejects.toThrow(
      /expected a device that binds 134\.3 MB at once, got one that binds 134\.2 MB/,
    );
  });
});

test("a fallback that is none is refused, and one for another backend", async () => {
  await expect(createExecutor("wgsl", { fallback: "auto" as "wasm" })).rejects.toThrow(
    'fallback: expected a backend\'s name, got "auto". The names are wasm, webgpu, webgl2, webasm, cpu.',
  );
  await expect(createExecutor("wasm", { fallback: "cpu" })).rejects.toThrow("option fallback: expected");
});
