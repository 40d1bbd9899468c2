import { isSoftware } from "../../src/executors/adapters.ts";
import { type Gpu, type GpuAdapter, type GpuDevice, USAGE } from "../../src/executors/wgsl/device/webgpu.ts";
import { watchedGpu } from "./watchedGpu.ts";

/** Times of one run, in milliseconds of `performance.now()`. */
export interface HostMarks {
  /** Duration of all `submit()` calls. */
  submit: number;
  submits: number;
  /** When the host began to wait for the result. */
  waitedFrom: number;
  /** When all of the result was mapped. */
  mapped: number;
}

/**
 * Records when the host works for a GPU and when it waits. A software adapter is presented as a graphics card, so that
 * it gets the dispatches and submits of one: in its own class, submits are smaller, and it would compute on the CPU while
 * the next one is encoded.
 */
export class HostClock {
  readonly gpu: Gpu;
  marks: HostMarks = newMarks();
  /** Dispatches so far. Counted only if this is set, because counting takes time. */
  dispatches?: number;

  constructor(api: Gpu) {
    const requestDevice = async (adapter: GpuAdapter, options: Parameters<GpuAdapter["requestDevice"]>[0]) =>
      this.watched(await adapter.requestDevice(options));
    this.gpu = watchedGpu(api, requestDevice, (adapter) => {
      return isSoftware(adapter) ? { info: GRAPHICS_CARD, isFallbackAdapter: false } : adapter;
    });
  }

  /** Call before each run. */
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

/** `adapterClass` takes it for a large GPU. */
const GRAPHICS_CARD = { vendor: "nvidia", architecture: "", device: "", description: "" };

function newMarks(): HostMarks {
  return { submit: 0, submits: 0, waitedFrom: Number.POSITIVE_INFINITY, mapped: 0 };
}
