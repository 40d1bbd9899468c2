import { PassClock, TIMESTAMPS } from "../../src/executors/wgsl/device/passClock.ts";
import type {
  Gpu,
  GpuBindGroup,
  GpuCommandEncoder,
  GpuComputePass,
  GpuComputePipeline,
  GpuDevice,
} from "../../src/executors/wgsl/device/webgpu.ts";
import { watchedGpu } from "./watchedGpu.ts";

/**
 * Times the passes on a GPU, transparently to the executor: also those of samplers and peak searches. `everyDispatch` puts
 * each dispatch in a pass of its own, which gives its time alone plus a few microseconds for the pass.
 */
export class TimedGpu {
  everyDispatch = false;
  readonly gpu: Gpu;
  /** When the last run's first command was encoded and its last submitted, in ms. */
  encoding = { from: Number.POSITIVE_INFINITY, until: 0 };
  private clock?: PassClock;
  private plainEncoder?: () => GpuCommandEncoder;

  constructor(api: Gpu) {
    this.gpu = watchedGpu(api, async (adapter, options) => {
      const hasClock = adapter.features.has(TIMESTAMPS);
      const device = await adapter.requestDevice({
        ...options,
        requiredFeatures: hasClock ? [TIMESTAMPS] : [],
      });
      this.watchSubmits(device);
      if (hasClock) this.timeDevice(device);
      return device;
    });
  }

  /** Nanoseconds of each pass since the last call, in order; empty if the GPU has no clock. */
  async take(): Promise<number[]> {
    this.encoding = { from: Number.POSITIVE_INFINITY, until: 0 };
    return (await this.clock?.take(this.plainEncoder?.())) ?? [];
  }

  private watchSubmits(device: GpuDevice): void {
    const submit = device.queue.submit.bind(device.queue);
    device.queue.submit = (commands) => {
      submit(commands);
      this.encoding.until = performance.now();
    };
  }

  private timeDevice(device: GpuDevice): void {
    const clock = new PassClock(device);
    const create = device.createCommandEncoder.bind(device);
    this.clock = clock;
    this.plainEncoder = create;
    device.createCommandEncoder = () => {
      this.encoding.from = Math.min(this.encoding.from, performance.now());
      const encoder = create();
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => {
        return this.everyDispatch ? passOfPasses(() => clock.beginPass(begin)) : clock.beginPass(begin);
      };
      return encoder;
    };
  }
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
