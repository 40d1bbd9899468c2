import { isSoftware } from "../../src/executors/wgsl/device/openDevice.ts";
import { type Gpu, type GpuAdapter, type GpuDevice, USAGE } from "../../src/executors/wgsl/device/webgpu.ts";
import { watchedGpu } from "./watchedGpu.ts";

/** Of one run, in milliseconds of `performance.now()`. */
export interface HostMarks {
  /** Spent inside of `submit()`. */
  submit: number;
  submits: number;
  /** When the result was first waited for. */
  waitedFrom: number;
  /** When all of it could be read. */
  mapped: number;
}

/**
 * A GPU that notes when the host works for it and when it waits. A software adapter is taken for a graphics card, so
 * that as much is encoded and submitted as one would get: its class has smaller submits, and would compute on the
 * same processor while the next is encoded.
 */
export class HostClock {
  readonly gpu: Gpu;
  marks: HostMarks = newMarks();
  /** Dispatches so far. They are counted while this is set alone, since it takes time. */
  dispatches?: number;

  constructor(api: Gpu) {
    const requestDevice = async (adapter: GpuAdapter, options: Parameters<GpuAdapter["requestDevice"]>[0]) =>
      this.watched(await adapter.requestDevice(options));
    this.gpu = watchedGpu(api, requestDevice, (adapter) => {
      return isSoftware(adapter) ? { info: GRAPHICS_CARD, isFallbackAdapter: false } : adapter;
    });
  }

  /** Before a run. */
  reset(): void {
    this.marks = newMarks();
  }

  private watched(device: GpuDevice): GpuDevice {
    const { queue } = device;
    const submit = queue.submit.bind(queue);
    queue.submit = (commands) => {
      const from = performance.now();
      submit(commands);
      this.marks.submit += performance.now() - from;
      this.marks.submits++;
    };
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (options) => {
      const buffer = createBuffer(options);
      if ((options.usage & USAGE.mapRead) === 0) return buffer;
      const map = buffer.mapAsync.bind(buffer);
      buffer.mapAsync = async (mode) => {
        this.marks.waitedFrom = Math.min(this.marks.waitedFrom, performance.now());
        await map(mode);
        this.marks.mapped = performance.now();
      };
      return buffer;
    };
    const createEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = () => {
      const encoder = createEncoder();
      if (this.dispatches === undefined) return encoder;
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => {
        const pass = begin();
        const dispatch = pass.dispatchWorkgroups.bind(pass);
        pass.dispatchWorkgroups = (...workgroups) => {
          this.dispatches = (this.dispatches ?? 0) + 1;
          dispatch(...workgroups);
        };
        return pass;
      };
      return encoder;
    };
    return device;
  }
}

/** What `adapterClass` knows as the class of large GPUs. */
const GRAPHICS_CARD = { vendor: "nvidia", architecture: "", device: "", description: "" };

function newMarks(): HostMarks {
  return { submit: 0, submits: 0, waitedFrom: Number.POSITIVE_INFINITY, mapped: 0 };
}
