import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { HostClock } from "../../bench/gpu/hostClock.ts";
import { isSoftware } from "../../src/executors/adapters.ts";
import { adapterClass } from "../../src/executors/wgsl/device/openDevice.ts";
import {
  type Gpu,
  type GpuAdapter,
  type GpuDevice,
  MAP_READ,
  USAGE,
} from "../../src/executors/wgsl/device/webgpu.ts";

const SUBMIT = 20;
const WAIT = 40;

function busyFor(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

/** As much of a device as the clock looks at: its submits keep the host busy, its buffers let it wait. */
function slowDevice(): GpuDevice {
  const pass = { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} };
  return {
    queue: { submit: () => busyFor(SUBMIT) },
    createBuffer: ({ size }: { size: number }) => ({ size, mapAsync: () => wait(WAIT) }),
    createCommandEncoder: () => ({ beginComputePass: () => pass }),
  } as unknown as GpuDevice;
}

function gpuOf(vendor: string): Gpu {
  const adapter: GpuAdapter = {
    info: { vendor, architecture: "", device: "", description: "" },
    limits: { maxBufferSize: 1, maxStorageBufferBindingSize: 1 },
    features: new Set(),
    requestDevice: async () => slowDevice(),
  };
  return { requestAdapter: async () => adapter };
}

async function adapterOf({ gpu }: HostClock): Promise<GpuAdapter> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("no adapter");
  return adapter;
}

test("the host's clock tells submits from waiting, and counts dispatches where it is asked to", async () => {
  const clock = new HostClock(gpuOf("swiftshader"));
  const device = await (await adapterOf(clock)).requestDevice();
  const buffer = device.createBuffer({ size: 4, usage: USAGE.mapRead });
  device.createBuffer({ size: 4, usage: USAGE.storage });
  const run = async () => {
    clock.reset();
    device.createCommandEncoder().beginComputePass().dispatchWorkgroups(1, 1, 1);
    for (let submit = 0; submit < 2; submit++) device.queue.submit([]);
    await buffer.mapAsync(MAP_READ);
  };
  await run();
  const { submit, submits, waitedFrom, mapped } = clock.marks;
  expect(submits).toBe(2);
  expect(submit).toBeGreaterThanOrEqual(2 * SUBMIT);
  expect(mapped - waitedFrom).toBeGreaterThan(WAIT - 5);
  expect(clock.dispatches).toBeUndefined();
  clock.dispatches = 0;
  await run();
  expect(clock.dispatches).toBe(1);
  expect(clock.marks.submits).toBe(2);
});

test("a software adapter is taken for a graphics card, another for itself", async () => {
  expect(isSoftware(await adapterOf(new HostClock(gpuOf("swiftshader"))))).toBe(false);
  const card = adapterClass(await adapterOf(new HostClock(gpuOf("nvidia"))));
  expect(adapterClass(await adapterOf(new HostClock(gpuOf("swiftshader"))))).toEqual(card);
  expect(adapterClass(await adapterOf(new HostClock(gpuOf("intel"))))).not.toEqual(card);
});
