/** The functions of the page in Chromium. `hostTimes` measures one network on the browser's WebGPU. */
import { openDevice } from "../../src/executors/wgsl/device/openDevice.ts";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";
import type { GpuNetwork } from "./gpuNetwork.ts";
import { timeHost } from "./hostTimes.ts";

const page = {
  async adapterName(): Promise<string> {
    const { device, name } = await openDevice();
    device.destroy();
    return name;
  },

  async hostTimes(network: GpuNetwork, runs: number) {
    const { gpu } = navigator as { gpu?: Gpu };
    if (!gpu) throw new Error("this browser has no WebGPU");
    return timeHost(gpu, network, runs);
  },
};

export type HostPage = typeof page;
Object.assign(globalThis, { page });
