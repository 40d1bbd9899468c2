import type { Neighbours, PictureSampling } from "../../backend/sampledImage.ts";
import type { WgslOperand } from "../../kernels/wgsl/kernel.ts";
import { BYTES_PER_VECTOR, LANES } from "../../kernels/wgsl/kernel.ts";
import { type BoundDispatch, encodeDispatch, Pipelines } from "./device/pipelines.ts";
import { type GpuBuffer, type GpuComputePass, type GpuDevice, USAGE } from "./device/webgpu.ts";
import type { DeviceMap } from "./peaks/gatheredMaps.ts";
import { LEVELS, OUTSIDE, type PictureShaderKind, PLACES_HEADER, pictureShader } from "./pictureShader.ts";

/** Samples pictures into a network's input on the device. Its buffers stay, as large as the largest picture so far. */
export class PictureSampler {
  private readonly pipelines: Pipelines;
  private readonly places: GpuBuffer;
  private readonly levels: GpuBuffer;
  private bytes?: GpuBuffer;
  /** Of the last picture: its kind of sampling, and the buffer that its bytes lie in. */
  private bound?: { readonly kind: string; readonly bytes: GpuBuffer; readonly dispatch: BoundDispatch };

  constructor(
    private readonly device: GpuDevice,
    private readonly input: DeviceMap,
  ) {
    const [, height, width] = input.shape;
    this.pipelines = new Pipelines(device);
    this.places = this.storage((PLACES_HEADER + width + height) * BYTES_PER_VECTOR);
    this.levels = this.storage(LEVELS * 4);
  }

  /** Uploads what a run needs. False where the device has no room for the picture. */
  async take(sampling: PictureSampling): Promise<boolean> {
    const bytes = await this.bytesFor(sampling.picture.data.length);
    if (!bytes) return false;
    const kind = { arithmetic: sampling.arithmetic, hasLevels: sampling.channels !== undefined };
    await this.bind(kind, bytes);
    const { queue } = this.device;
    writeBytes(this.device, bytes, sampling.picture.data);
    queue.writeBuffer(this.places, 0, placesOf(sampling));
    sampling.channels?.forEach(({ levels }, channel) => {
      queue.writeBuffer(this.levels, channel * levels.byteLength, levels);
    });
    return true;
  }

  /** Before the network's layers. */
  encode(pass: GpuComputePass): void {
    if (this.bound) encodeDispatch(pass, this.bound.dispatch);
  }

  destroy(): void {
    for (const buffer of [this.places, this.levels, this.bytes]) buffer?.destroy();
  }

  private async bytesFor(length: number): Promise<GpuBuffer | undefined> {
    const size = Math.ceil(length / 4) * 4;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    if (size > Math.min(maxBufferSize, maxStorageBufferBindingSize)) return undefined;
    if (this.bytes && this.bytes.size >= size) return this.bytes;
    this.bytes?.destroy();
    this.bytes = undefined;
    this.device.pushErrorScope("out-of-memory");
    const buffer = this.storage(size);
    if (await this.device.popErrorScope()) {
      buffer.destroy();
      return undefined;
    }
    this.bytes = buffer;
    return buffer;
  }

  private async bind(shaderKind: PictureShaderKind, bytes: GpuBuffer): Promise<void> {
    const kind = JSON.stringify(shaderKind);
    if (this.bound?.kind === kind && this.bound.bytes === bytes) return;
    const bufferOf = (operand: WgslOperand) => {
      if (operand === "output") return this.input.buffer;
      if (operand === "input0") return bytes;
      return operand === "constant0" ? this.places : this.levels;
    };
    const dispatch = await this.pipelines.bind(pictureShader(this.input.shape, shaderKind), bufferOf);
    this.bound = { kind, bytes, dispatch };
  }

  private storage(size: number): GpuBuffer {
    return this.device.createBuffer({ size, usage: USAGE.storage | USAGE.copyDestination });
  }
}

/** A write is of whole words: the bytes of the last, where it is none, go by themselves. */
function writeBytes({ queue }: GpuDevice, buffer: GpuBuffer, data: Uint8Array): void {
  const whole = data.length - (data.length % 4);
  queue.writeBuffer(buffer, 0, data.subarray(0, whole));
  if (whole === data.length) return;
  const word = new Uint8Array(4);
  word.set(data.subarray(whole));
  queue.writeBuffer(buffer, whole, word);
}

function placesOf({ picture, columns, rows, channels }: PictureSampling): Uint32Array {
  const words = new Uint32Array((PLACES_HEADER + columns.length + rows.length) * LANES);
  words[0] = picture.width;
  for (let channel = 0; channel < 3; channel++) words[1 + channel] = channels?.[channel].from ?? channel;
  const floats = new Float32Array(words.buffer);
  [...columns, ...rows].forEach((neighbours: Neighbours | undefined, i) => {
    const at = (PLACES_HEADER + i) * LANES;
    words[at] = neighbours?.before ?? OUTSIDE;
    words[at + 1] = neighbours?.after ?? OUTSIDE;
    floats[at + 2] = neighbours?.fraction ?? 0;
  });
  return words;
}
