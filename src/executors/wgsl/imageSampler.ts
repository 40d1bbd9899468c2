import type { ImageSampling, SamplePair } from "../../backend/sampledImage.ts";
import { BYTES_PER_VECTOR, LANES, type WgslDispatch, type WgslOperand } from "../../kernels/wgsl/kernel.ts";
import { wgslElements } from "../../kernels/wgsl/source.ts";
import type { Shape } from "../../tensor.ts";
import { type BoundDispatch, encodeDispatch, Pipelines } from "./device/pipelines.ts";
import { type GpuBuffer, type GpuComputePass, type GpuDevice, USAGE } from "./device/webgpu.ts";
import type { DeviceMap } from "./peaks/peakRecords.ts";

/** Samples images into a network's input on the device. Its buffers are kept, as large as the largest image so far. */
export class ImageSampler {
  private readonly pipelines: Pipelines;
  private readonly positions: GpuBuffer;
  private readonly levels: GpuBuffer;
  private bytes?: GpuBuffer;
  /** The dispatch for the last image; reused for the same kind of sampling from the same buffer. */
  private bound?: { readonly kind: string; readonly bytes: GpuBuffer; readonly dispatch: BoundDispatch };

  constructor(
    private readonly device: GpuDevice,
    private readonly input: DeviceMap,
  ) {
    const [, height, width] = input.shape;
    this.pipelines = Pipelines.of(device);
    this.positions = this.storage((POSITIONS_HEADER + width + height) * BYTES_PER_VECTOR);
    this.levels = this.storage(LEVELS * 4);
  }

  /** Uploads what a run needs. Returns false if the device has no room for the image. */
  async take(sampling: ImageSampling): Promise<boolean> {
    const bytes = await this.bytesFor(sampling.image.data.length);
    if (!bytes) return false;
    const kind = { arithmetic: sampling.arithmetic, hasLevels: sampling.channels !== undefined };
    await this.bind(kind, bytes);
    const { queue } = this.device;
    writeBytes(this.device, bytes, sampling.image.data);
    queue.writeBuffer(this.positions, 0, samplePositions(sampling));
    sampling.channels?.forEach(({ levels }, channel) => {
      queue.writeBuffer(this.levels, channel * levels.byteLength, levels);
    });
    return true;
  }

  /** Records the sampling, before the network's layers. */
  encode(pass: GpuComputePass): void {
    if (this.bound) encodeDispatch(pass, this.bound.dispatch);
  }

  destroy(): void {
    for (const buffer of [this.positions, this.levels, this.bytes]) buffer?.destroy();
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

  private async bind(shaderKind: ImageShaderKind, bytes: GpuBuffer): Promise<void> {
    const kind = JSON.stringify(shaderKind);
    if (this.bound?.kind === kind && this.bound.bytes === bytes) return;
    const bufferOf = (operand: WgslOperand) => {
      if (operand === "output") return this.input.buffer;
      if (operand === "input0") return bytes;
      return operand === "constant0" ? this.positions : this.levels;
    };
    const dispatch = await this.pipelines.bind(imageShader(this.input.shape, shaderKind), bufferOf);
    this.bound = { kind, bytes, dispatch };
  }

  private storage(size: number): GpuBuffer {
    return this.device.createBuffer({ size, usage: USAGE.storage | USAGE.copyDestination });
  }
}

/** Buffers are written in whole words, so the bytes of an incomplete last word are padded. */
function writeBytes({ queue }: GpuDevice, buffer: GpuBuffer, data: Uint8Array): void {
  const whole = data.length - (data.length % 4);
  queue.writeBuffer(buffer, 0, data.subarray(0, whole));
  if (whole === data.length) return;
  const word = new Uint8Array(4);
  word.set(data.subarray(whole));
  queue.writeBuffer(buffer, whole, word);
}

function samplePositions({ image, columns, rows, channels }: ImageSampling): Uint32Array {
  const words = new Uint32Array((POSITIONS_HEADER + columns.length + rows.length) * LANES);
  words[0] = image.width;
  for (let channel = 0; channel < 3; channel++) words[1 + channel] = channels?.[channel].from ?? channel;
  const floats = new Float32Array(words.buffer);
  [...columns, ...rows].forEach((neighbors: SamplePair | undefined, i) => {
    const at = (POSITIONS_HEADER + i) * LANES;
    words[at] = neighbors?.before ?? OUTSIDE;
    words[at + 1] = neighbors?.after ?? OUTSIDE;
    floats[at + 2] = neighbors?.fraction ?? 0;
  });
  return words;
}

/** What the shader depends on besides the input's shape. The image's size is data. */
interface ImageShaderKind {
  readonly arithmetic: ImageSampling["arithmetic"];
  /** Whether the sampled level is looked up in a table. */
  readonly hasLevels: boolean;
}

/** In place of a pixel's position: the image does not reach there. */
const OUTSIDE = 0xffffffff;
/** Vectors of `positions` before those of the columns; those of the rows come last. */
const POSITIONS_HEADER = 1;
/** Numbers of the table of levels: 256 per channel. */
const LEVELS = 3 * 256;

/**
 * Samples an image into a network's input, one thread per pixel of the input. The host works out per column and per row
 * between which pixels it lies, so the positions equal the CPU's, bit for bit. Fractions are rounded to float32, and all
 * arithmetic that is not on integers is in float32.
 *
 * Operands: `input0` holds the image's bytes, four per word; `constant0` the positions; `constant1` the table of levels, if
 * there is one.
 */
function imageShader([, height, width]: Shape, { arithmetic, hasLevels }: ImageShaderKind): WgslDispatch {
  const level = hasLevels ? "levels[channel * 256u + u32(sampled)]" : "sampled";
  return wgslElements({
    title: "image: sample",
    reads: { bytes: "input0", positions: "constant0", ...(hasLevels && { levels: "constant1" }) },
    writes: { y: "output" },
    types: { bytes: "array<u32>", positions: "array<vec4u>", levels: `array<f32, ${LEVELS}>` },
    declarations: `${SAMPLING_FUNCTIONS}
fn mixed(upperLeft: f32, upperRight: f32, lowerLeft: f32, lowerRight: f32, x: f32, y: f32) -> f32 {
${MIXED[arithmetic]}
}`,
    count: height * width,
    work: height * width * 12,
    body: `  let column = positions[${POSITIONS_HEADER}u + index % ${width}u];
  let row = positions[${POSITIONS_HEADER + width}u + index / ${width}u];
  let isImage = column.x != ${OUTSIDE}u && row.x != ${OUTSIDE}u;
  var value = vec4f();
  for (var channel = 0u; channel < 3u; channel++) {
    var sampled = 0f;
    if (isImage) {
      let lane = positions[0][1u + channel];
      let upperLeft = level(row.x, column.x, lane);
      let upperRight = level(row.x, column.y, lane);
      let lowerLeft = level(row.y, column.x, lane);
      let lowerRight = level(row.y, column.y, lane);
      sampled = mixed(
        upperLeft, upperRight, lowerLeft, lowerRight, bitcast<f32>(column.z), bitcast<f32>(row.z),
      );
    }
    value[channel] = ${level};
  }
  y[index] = value;`,
  });
}

/**
 * WGSL. The first vector of `positions` holds the image's width and, per channel of the input, the image's channel. The
 * others hold, per column and row: the pixel before, the pixel after, the bits of the fraction.
 */
const SAMPLING_FUNCTIONS = `fn level(row: u32, column: u32, channel: u32) -> f32 {
  let at = (row * positions[0].x + column) * 3u + channel;
  return f32((bytes[at / 4u] >> (at % 4u * 8u)) & 0xffu);
}
fn between(a: f32, b: f32, fraction: f32) -> f32 {
  return a + (b - a) * fraction;
}`;

const BILINEAR = "between(between(upperLeft, upperRight, x), between(lowerLeft, lowerRight, x), y)";

const MIXED: Readonly<Record<ImageSampling["arithmetic"], string>> = {
  float: `  return ${BILINEAR};`,
  fixedPoint: `  let right = u32(x * 2048f);
  let below = u32(y * 2048f);
  let upper = (u32(upperLeft) * (2048u - right) + u32(upperRight) * right) >> 4u;
  let lower = (u32(lowerLeft) * (2048u - right) + u32(lowerRight) * right) >> 4u;
  return f32((((upper * (2048u - below)) >> 16u) + ((lower * below) >> 16u) + 2u) >> 2u);`,
};
