import { type Gpu, type GpuAdapter, type GpuDevice, USAGE } from "../../src/executors/wgsl/device/webgpu.ts";

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

/** A GPU that counts the bytes that are copied to where the host reads them. */
export function countReadBytes(gpu: Gpu) {
  const counter = {
    gpu: gpuWith(gpu, async (adapter) => {
      const device = await adapter.requestDevice({});
      const hostBuffers = new WeakSet<object>();
      const createBuffer = device.createBuffer.bind(device);
      device.createBuffer = (options) => {
        const buffer = createBuffer(options);
        if (options.usage & USAGE.mapRead) hostBuffers.add(buffer);
        return buffer;
      };
      const createEncoder = device.createCommandEncoder.bind(device);
      device.createCommandEncoder = () => {
        const encoder = createEncoder();
        const copy = encoder.copyBufferToBuffer.bind(encoder);
        encoder.copyBufferToBuffer = (from, fromOffset, to, toOffset, size) => {
          if (hostBuffers.has(to)) counter.bytes += size;
          copy(from, fromOffset, to, toOffset, size);
        };
        return encoder;
      };
      return device;
    }),
    bytes: 0,
  };
  return counter;
}

/** A GPU that counts what its devices' buffers hold: those that were made and not destroyed yet. */
export function countBuffers(gpu: Gpu) {
  const live = new Map<object, number>();
  return {
    gpu: gpuWith(gpu, async (adapter) => {
      const device = await adapter.requestDevice({});
      const createBuffer = device.createBuffer.bind(device);
      device.createBuffer = (options) => {
        const buffer = createBuffer(options);
        live.set(buffer, options.size);
        const destroy = buffer.destroy.bind(buffer);
        buffer.destroy = () => {
          live.delete(buffer);
          destroy();
        };
        return buffer;
      };
      return device;
    }),
    get buffers() {
      return live.size;
    },
    get bytes() {
      return [...live.values()].reduce((sum, size) => sum + size, 0);
    },
  };
}
