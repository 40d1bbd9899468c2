import { BYTES_PER_VECTOR, LANES, type WgslConstant } from "../../kernels/wgsl/kernel.ts";
import { encodeAlone, type Pipelines } from "./device/pipelines.ts";
import { type GpuBuffer, type GpuDevice, USAGE } from "./device/webgpu.ts";

/** Uploads wait in the host's memory until the device took them: so many bytes at most. */
const MOST_WAITING = 64e6;

/** Brings constants to a device, one after the other. */
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
      source.destroy(); // after what was submitted
    } else {
      this.device.queue.writeBuffer(buffer, 0, data);
    }
    this.waiting += data.byteLength;
    if (this.waiting > MOST_WAITING) {
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
