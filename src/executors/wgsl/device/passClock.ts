import {
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuComputePass,
  type GpuDevice,
  type GpuQuerySet,
  MAP_READ,
  USAGE,
} from "./webgpu.ts";

/** The feature that devices need for it. */
export const TIMESTAMPS = "timestamp-query";

/** WebGPU's limit for a set of queries. */
const MAX_TIMESTAMPS = 4096;
const BYTES = MAX_TIMESTAMPS * BigUint64Array.BYTES_PER_ELEMENT;

/** Times passes by the device's own clock, on a device that was requested with `TIMESTAMPS`. */
export class PassClock {
  /** Passes between two calls of `take`; others have no time. */
  static readonly maxPasses = MAX_TIMESTAMPS / 2;
  private readonly querySet: GpuQuerySet;
  private readonly resolved: GpuBuffer;
  private readonly readable: GpuBuffer;
  private timestamps = 0;

  constructor(private readonly device: GpuDevice) {
    this.querySet = device.createQuerySet({ type: "timestamp", count: MAX_TIMESTAMPS });
    this.resolved = device.createBuffer({ size: BYTES, usage: USAGE.queryResolve | USAGE.copySource });
    this.readable = device.createBuffer({ size: BYTES, usage: USAGE.mapRead | USAGE.copyDestination });
  }

  beginPass(begin: GpuCommandEncoder["beginComputePass"]): GpuComputePass {
    const at = this.timestamps;
    if (at + 2 > MAX_TIMESTAMPS) return begin();
    this.timestamps = at + 2;
    const indices = { beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    return begin({ timestampWrites: { querySet: this.querySet, ...indices } });
  }

  /** Nanoseconds of each pass since the last call, in order, once all have been submitted. */
  async take(encoder: GpuCommandEncoder = this.device.createCommandEncoder()): Promise<number[]> {
    const count = this.timestamps;
    this.timestamps = 0;
    if (count === 0) return [];
    encoder.resolveQuerySet(this.querySet, 0, count, this.resolved, 0);
    const bytes = count * BigUint64Array.BYTES_PER_ELEMENT;
    encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, bytes);
    this.device.queue.submit([encoder.finish()]);
    await this.readable.mapAsync(MAP_READ);
    const times = new BigUint64Array(this.readable.getMappedRange().slice(0, bytes));
    this.readable.unmap();
    return Array.from({ length: count / 2 }, (_, i) => Math.max(0, Number(times[2 * i + 1] - times[2 * i])));
  }

  destroy(): void {
    this.querySet.destroy();
    this.resolved.destroy();
    this.readable.destroy();
  }
}
