import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExecutor } from "../../../src/executors/backends.ts";
import { referenceExecutor } from "../../../src/executors/reference/referenceExecutor.ts";
import { caseGraph } from "../../../src/executors/selfTest.ts";
import { TapSink } from "../../../src/executors/tapSink.ts";
import { bufferLayout } from "../../../src/executors/wgsl/bufferLayout.ts";
import { kernelTarget, type OpenDevice, openDevice } from "../../../src/executors/wgsl/device/openDevice.ts";
import type { Gpu } from "../../../src/executors/wgsl/device/webgpu.ts";
import { DeviceGraph } from "../../../src/executors/wgsl/deviceGraph.ts";
import { TILES } from "../../../src/kernels/wgsl/tiles.ts";
import { padAll } from "../../../src/kernels/window.ts";
import { shapeOf } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { WINOGRAD_TOLERANCE } from "../../support/opCaseDifference.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

const EPILOGUE = { bias: true, residual: true, activation: "relu" } as const;

// No side is a multiple of a tile's, and more than one of the largest tiles fits in.
const CASES = {
  "3x3 at stride 2": {
    inputs: [shapeOf(27, 25, 36)],
    attributes: { kernel: 3, stride: 2, padding: padAll(1), channels: 140 },
  },
  "1x1, a plain product": {
    inputs: [shapeOf(13, 11, 20)],
    attributes: { kernel: 1, stride: 1, padding: padAll(0), channels: 132 },
  },
  "Winograd's 36 products": {
    inputs: [shapeOf(46, 45, 33)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 34 },
  },
};

describe.skipIf(!gpu && mayBeLeftOut)("the tiles of a large GPU agree with plain arithmetic", () => {
  let open: OpenDevice;
  beforeAll(async () => {
    if (!gpu) throw new Error(NO_DAWN);
    open = await openDevice(gpu);
  });
  afterAll(() => open.device.destroy());

  for (const tile of TILES) {
    for (const [title, conv] of Object.entries(CASES)) {
      for (const slots of title.startsWith("Winograd") ? [1] : [1, 1000]) {
        const sliced = slots > 1 ? ", in slices" : "";
        test(`${tile.rows} x ${tile.columns}: ${title}${sliced}`, async () => {
          const opCase = { title, ...conv, epilogue: EPILOGUE };
          const { graph, inputs, weights } = caseGraph([{ op: "conv2d", opCase }]);
          const layout = bufferLayout(graph, { ...kernelTarget(open, "default"), tiles: [tile], slots });
          const [{ kernel, node }] = layout.nodes;
          expect(kernel.dispatches[title.startsWith("Winograd") ? 1 : 0].code).toContain(
            `tile ${tile.rows} x ${tile.columns} x`,
          );
          const resident = await DeviceGraph.create(open, graph, layout, weights);
          const { values } = await resident.run(inputs, new Set([node.name]), new TapSink(graph));
          const got = values.get(node.name);
          resident.destroy();
          const reference = await referenceExecutor().prepare(graph, weights);
          const expected = (await reference.run(inputs)).outputs[node.name];
          const differences = expected.data.map(
            (value, i) => Math.abs(value - (got?.data[i] ?? Number.NaN)) / (1 + Math.abs(value)),
          );
          const largest = differences.reduce((most, next) => Math.max(most, next), 0);
          expect(largest).toBeLessThanOrEqual(WINOGRAD_TOLERANCE);
        });
      }
    }
  }

  test("auto takes a real GPU, says which, and the self-test runs with its tiles", async () => {
    const real: Gpu = {
      async requestAdapter(options) {
        const adapter = await gpu?.requestAdapter(options);
        if (!adapter) return null;
        const { limits, features } = adapter;
        const info = { vendor: "nvidia", architecture: "hopper", device: "", description: "NVIDIA H200" };
        return { limits, features, info, requestDevice: (wanted) => adapter.requestDevice(wanted) };
      },
    };
    Object.defineProperty(globalThis, "navigator", { value: { gpu: real }, configurable: true });
    const executor = await createExecutor("auto", { threads: 1 });
    expect(executor.backend).toBe("wgsl");
    expect(executor.details).toEqual({ adapter: "nvidia hopper NVIDIA H200", precision: "default" });
    await executor.dispose();
  });
});
