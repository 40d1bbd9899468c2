import { type GpuBuffer, type GpuCommandEncoder, type GpuDevice, MAP_READ, USAGE } from "./webgpu.ts";

/** Where a value lies in the readback buffers. */
interface Place {
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The buffers from which the host reads values: as few as the device's max buffer size allows. */
export class Readback {
  private readonly places = new Map<string, Place>();
  private readonly buffers: readonly GpuBuffer[];
  private mapped: GpuBuffer[] = [];

  /** @param sizes bytes per value, by name. */
  constructor(device: GpuDevice, sizes: ReadonlyMap<string, number>) {
    const bufferBytes = [0];
    for (const [name, bytes] of sizes) {
      let last = bufferBytes.length - 1;
      if (bufferBytes[last] > 0 && bufferBytes[last] + bytes > device.limits.maxBufferSize) {
        last = bufferBytes.push(0) - 1;
      }
      this.places.set(name, { buffer: last, offset: bufferBytes[last], bytes });
      bufferBytes[last] += bytes;
    }
    const usage = USAGE.mapRead | USAGE.copyDestination;
    this.buffers = bufferBytes.map((size) => device.createBuffer({ size, usage }));
  }

  get names(): Iterable<string> {
    return this.places.keys();
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  encodeCopy(encoder: GpuCommandEncoder, name: string, from: GpuBuffer): void {
    const { buffer, offset, bytes } = this.places.get(name) as Place;
    encoder.copyBufferToBuffer(from, 0, this.buffers[buffer], offset, bytes);
  }

  /** Returns views into the mapped buffers, valid until `release`. */
  async read(): Promise<ReadonlyMap<string, Float32Array>> {
    await Promise.all(this.buffers.map((buffer) => buffer.mapAsync(MAP_READ)));
    this.mapped = [...this.buffers];
    const ranges = this.buffers.map((buffer) => buffer.getMappedRange());
    return new Map(
      [...this.places].map(([name, { buffer, offset, bytes }]) => [
        name,
        new Float32Array(ranges[buffer], offset, bytes / Float32Array.BYTES_PER_ELEMENT),
      ]),
    );
  }

  release(): void {
    for (const buffer of this.mapped) buffer.unmap();
    this.mapped = [];
  }

  destroy(): void {
    this.release();
    for (const buffer of this.buffers) buffer.destroy();
  }
}
