import type { Gpu, GpuAdapter, GpuDevice } from "../../src/executors/wgsl/device/webgpu.ts";

type DeviceOptions = Parameters<GpuAdapter["requestDevice"]>[0];

/** Wraps a GPU: its devices come from `requestDevice`, its adapters' info from `infoOf`. */
export function watchedGpu(
  api: Gpu,
  requestDevice: (adapter: GpuAdapter, options: DeviceOptions) => Promise<GpuDevice>,
  infoOf: (adapter: GpuAdapter) => Pick<GpuAdapter, "info" | "isFallbackAdapter"> = (adapter) => adapter,
): Gpu {
  return {
    async requestAdapter(options) {
      const adapter = await api.requestAdapter(options);
      if (!adapter) return null;
      // Copied one by one: they are getters of a class, which a spread would miss.
      const { limits, features } = adapter;
      const { info, isFallbackAdapter } = infoOf(adapter);
      const request = (wanted: DeviceOptions) => requestDevice(adapter, wanted);
      return { limits, features, info, isFallbackAdapter, requestDevice: request };
    },
  };
}
