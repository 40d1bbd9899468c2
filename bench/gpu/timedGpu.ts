import type {
  Gpu,
  GpuBindGroup,
  GpuBuffer,
  GpuCommandEncoder,
  GpuComputePass,
  GpuComputePipeline,
  GpuDevice,
} from "../../src/executors/wgsl/device/webgpu.ts";
import { watchedGpu } from "./watchedGpu.ts";

/** The part of the WebGPU API that timing needs beyond what the library uses. */
interface TimingDevice extends GpuDevice {
  createQuerySet(options: { type: "timestamp"; count: number }): object;
}
interface TimingEncoder extends GpuCommandEncoder {
  beginComputePass(options?: { timestampWrites: object }): GpuComputePass;
  resolveQuerySet(querySet: object, first: number, count: number, to: GpuBuffer, offset: number): void;
}

/** Max size of a query set. */
const MAX_TIMESTAMPS = 4096;
const QUERY_RESOLVE = 0x200;
const COPY_SOURCE = 0x4;
const READ_TARGET = 0x9;

/**
 * Times the passes on a GPU, transparently to the executor. `everyDispatch` puts each dispatch in a pass of its own, which
 * gives its time alone plus a few microseconds for the pass.
 */
export class TimedGpu {
  everyDispatch = false;
  readonly gpu: Gpu;
  /** When the last run's first command was encoded and its last submitted, in ms. */
  encoding = { from: Number.POSITIVE_INFINITY, until: 0 };
  private device?: TimingDevice;
  private querySet: object = {};
  private resolved?: GpuBuffer;
  private readable?: GpuBuffer;
  private timestamps = 0;

  constructor(api: Gpu) {
    this.gpu = watchedGpu(api, async (adapter, options) => {
      const hasClock = adapter.features.has("timestamp-query");
      const requiredFeatures = hasClock ? ["timestamp-query"] : [];
      const device = (await adapter.requestDevice({ ...options, requiredFeatures })) as TimingDevice;
      this.watchSubmits(device);
      if (hasClock) this.timeDevice(device);
      return device;
    });
  }

  /** Nanoseconds of each pass since the last call, in order; empty if the GPU has no clock. */
  async take(): Promise<number[]> {
    const { device, resolved, readable, timestamps: count } = this;
    this.timestamps = 0;
    this.encoding = { from: Number.POSITIVE_INFINITY, until: 0 };
    if (!device || !resolved || !readable || count === 0) return [];
    const encoder = plainEncoder(device) as TimingEncoder;
    encoder.resolveQuerySet(this.querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 0, count * 8);
    device.queue.submit([encoder.finish()]);
    await readable.mapAsync(1);
    const times = new BigUint64Array(readable.getMappedRange().slice(0, count * 8));
    readable.unmap();
    return Array.from({ length: count / 2 }, (_, i) => Number(times[2 * i + 1] - times[2 * i]));
  }

  private watchSubmits(device: GpuDevice): void {
    const submit = device.queue.submit.bind(device.queue);
    device.queue.submit = (commands) => {
      submit(commands);
      this.encoding.until = performance.now();
    };
  }

  private timeDevice(device: TimingDevice): void {
    this.device = device;
    this.querySet = device.createQuerySet({ type: "timestamp", count: MAX_TIMESTAMPS });
    const size = MAX_TIMESTAMPS * 8;
    this.resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SOURCE });
    this.readable = device.createBuffer({ size, usage: READ_TARGET });
    const create = device.createCommandEncoder.bind(device);
    plainEncoders.set(device, create);
    device.createCommandEncoder = () => {
      this.encoding.from = Math.min(this.encoding.from, performance.now());
      const encoder = create() as TimingEncoder;
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => {
        return this.everyDispatch ? passOfPasses(() => this.timedPass(begin)) : this.timedPass(begin);
      };
      return encoder;
    };
  }

  private timedPass(begin: TimingEncoder["beginComputePass"]): GpuComputePass {
    const at = this.timestamps;
    if (at + 2 > MAX_TIMESTAMPS) return begin();
    this.timestamps = at + 2;
    const indices = { beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    return begin({ timestampWrites: { querySet: this.querySet, ...indices } });
  }
}

const plainEncoders = new WeakMap<GpuDevice, () => GpuCommandEncoder>();

function plainEncoder(device: GpuDevice): GpuCommandEncoder {
  return (plainEncoders.get(device) ?? (() => device.createCommandEncoder()))();
}

/** Behaves as one pass, but opens one per dispatch. */
function passOfPasses(begin: () => GpuComputePass): GpuComputePass {
  let pipeline: GpuComputePipeline;
  let group: GpuBindGroup;
  return {
    setPipeline: (next) => {
      pipeline = next;
    },
    setBindGroup: (_, next) => {
      group = next;
    },
    dispatchWorkgroups: (...workgroups) => {
      const pass = begin();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
    },
    end: () => {},
  };
}
