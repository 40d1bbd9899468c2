import type { Gpu, GpuAdapter, GpuDevice } from "../../src/executors/wgsl/webgpu.ts";

/** A GPU whose devices come from `requestDevice`. */
export function gpuWith(gpu: Gpu, requestDevice: (adapter: GpuAdapter) => Promise<GpuDevice>): Gpu {
  return {
    async requestAdapter(options) {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) return null;
      const { limits, info, features, isFallbackAdapter } = adapter;
      return { limits, info, features, isFallbackAdapter, requestDevice: () => requestDevice(adapter) };
    },
  };
}

/** A GPU that is lost at a certain dispatch, counted from when that was asked for. */
export function destroyAtDispatch(gpu: Gpu) {
  let target: number | undefined;
  const faulty = {
    gpu: gpuWith(gpu, async (adapter) => {
      const device = await adapter.requestDevice({});
      const createEncoder = device.createCommandEncoder.bind(device);
      device.createCommandEncoder = () => {
        const encoder = createEncoder();
        const beginPass = encoder.beginComputePass.bind(encoder);
        encoder.beginComputePass = () => {
          const pass = beginPass();
          const dispatch = pass.dispatchWorkgroups.bind(pass);
          pass.dispatchWorkgroups = (...workgroups) => {
            const index = faulty.count++;
            if (index === target || faulty.destroyAlways) {
              target = undefined;
              faulty.destroyed++;
              device.destroy();
            }
            dispatch(...workgroups);
          };
          return pass;
        };
        return encoder;
      };
      return device;
    }),
    /** Dispatches so far. */
    count: 0,
    /** Devices so far. */
    destroyed: 0,
    destroyAlways: false,
    destroyAt(index: number) {
      faulty.count = 0;
      target = index;
    },
  };
  return faulty;
}
