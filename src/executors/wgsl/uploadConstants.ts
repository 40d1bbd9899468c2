import { BYTES_PER_VECTOR, LANES, vectorCount, type WgslConstant } from "../../kernels/wgsl/kernel.ts";
import type { Shape, Tensor } from "../../tensor.ts";
import { encodeAlone, type Pipelines } from "./device/pipelines.ts";
import { type GpuBuffer, type GpuDevice, USAGE } from "./device/webgpu.ts";

/** Max bytes of uploads that wait in host memory until the device has taken them. */
const MAX_WAITING = 64e6;

/** Uploads constants to a device, one at a time. */
export class ConstantUpload {
  private waiting = 0;

  constructor(
    private readonly device: GpuDevice,
    private readonly pipelines: Pipelines,
  ) {}

  async upload(
    { vectors, write, transform }: WgslConstant,
    parameters: Readonly<Record<string, Float32Array>>,
  ): Promise<GpuBuffer> {
    const data = new Float32Array((transform?.vectors ?? vectors) * LANES);
    write(data, parameters);
    const buffer = this.storage(vectors);
    if (transform) {
      const source = this.storage(transform.vectors);
      this.device.queue.writeBuffer(source, 0, data);
      const bound = await this.pipelines.bind(transform.dispatch, (operand) =>
        operand === "source" ? source : buffer,
      );
      const encoder = this.device.createCommandEncoder();
      encodeAlone(encoder, bound);
      this.device.queue.submit([encoder.finish()]);
      source.destroy(); // takes effect after what was submitted
    } else {
      this.device.queue.writeBuffer(buffer, 0, data);
    }
    this.waiting += data.byteLength;
    if (this.waiting > MAX_WAITING) {
      await this.device.queue.onSubmittedWorkDone();
      this.waiting = 0;
    }
    return buffer;
  }

  private storage(vectors: number): GpuBuffer {
    const usage = USAGE.storage | USAGE.copyDestination;
    return this.device.createBuffer({ size: vectors * BYTES_PER_VECTOR, usage });
  }
}

/** The map's numbers with the channels of each cell padded with zeros to whole vectors. */
export function toVectors({ shape, data }: Tensor): Float32Array {
  const [, height, width, channels] = shape;
  const stride = vectorCount(channels) * LANES;
  if (stride === channels) return data;
  const vectors = new Float32Array(height * width * stride);
  for (let cell = 0, from = 0, to = 0; cell < height * width; cell++, from += channels, to += stride) {
    for (let channel = 0; channel < channels; channel++) vectors[to + channel] = data[from + channel];
  }
  return vectors;
}

/** Copies a map out of its padded vectors. */
export function fromVectors(shape: Shape, vectors: Float32Array): Tensor {
  const [, height, width, channels] = shape;
  const stride = vectorCount(channels) * LANES;
  if (stride === channels) return { shape, data: vectors.slice() };
  const data = new Float32Array(height * width * channels);
  for (let cell = 0, from = 0, to = 0; cell < height * width; cell++, from += stride, to += channels) {
    for (let channel = 0; channel < channels; channel++) data[to + channel] = vectors[from + channel];
  }
  return { shape, data };
}
