import { BYTES_PER_VECTOR, type WgslOperand } from "../../kernels/wgslKernel.ts";
import type { PeakRequest, PeakValues } from "../../peaks.ts";
import type { Shape } from "../../tensor.ts";
import { LIST_BYTES, LIST_HEADER, type PeakShaders, peakShaders, SCORE_CLASSES } from "./peakShaders.ts";
import { type BoundDispatch, encodeDispatch, Pipelines } from "./pipelines.ts";
import { Readback } from "./readback.ts";
import {
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuComputePass,
  type GpuDevice,
  USAGE,
} from "./webgpu.ts";

/** A map on the device. */
export interface DeviceMap {
  readonly shape: Shape;
  readonly buffer: GpuBuffer;
}

const LIST = "list";

/** Finds the peaks of a request on the device, and reads back those alone. */
export class PeakFinder {
  private constructor(
    private readonly device: GpuDevice,
    private readonly request: PeakRequest,
    private readonly maps: ReadonlyMap<string, DeviceMap>,
    private readonly shaders: PeakShaders,
    private readonly dispatches: readonly BoundDispatch[],
    private readonly own: Readonly<Record<"within" | "classes" | "list", GpuBuffer>>,
    private readonly readback: Readback,
  ) {}

  /** `maps`: the network's outputs. */
  static async create(
    device: GpuDevice,
    request: PeakRequest,
    maps: ReadonlyMap<string, DeviceMap>,
  ): Promise<PeakFinder> {
    const outputs = [request.heatmap, ...request.at].map((name) => maps.get(name) as DeviceMap);
    const [heatmap, ...at] = outputs.map(({ shape }) => shape);
    const shaders = peakShaders(request, heatmap, at);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const own = {
      within: device.createBuffer({ size: BYTES_PER_VECTOR, usage }),
      classes: device.createBuffer({ size: SCORE_CLASSES * 4, usage }),
      list: device.createBuffer({ size: LIST_BYTES, usage }),
    };
    const bufferOf = (operand: WgslOperand) => {
      if (operand === "output") return own.list;
      if (operand === "constant0") return own.within;
      return operand === "scratch0" ? own.classes : outputs[Number(/\d+$/.exec(operand))].buffer;
    };
    const pipelines = new Pipelines(device);
    const bound = shaders.dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf));
    const readback = new Readback(device, new Map([[LIST, LIST_BYTES]]));
    return new PeakFinder(device, request, maps, shaders, await Promise.all(bound), own, readback);
  }

  /** Whether it was made for the like; `within` is each run's own. */
  finds(request: PeakRequest): boolean {
    const made = ({ heatmap, count, window, at }: PeakRequest) =>
      JSON.stringify([heatmap, count, window, at]);
    return made(request) === made(this.request);
  }

  /** After the network's layers. */
  encode(pass: GpuComputePass, { within }: PeakRequest): void {
    const [, height, width] = this.shape(this.request.heatmap);
    const sides = Uint32Array.of(within?.height ?? height, within?.width ?? width, 0, 0);
    this.device.queue.writeBuffer(this.own.within, 0, sides);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /** After the pass. */
  encodeCopy(encoder: GpuCommandEncoder): void {
    this.readback.encodeCopy(encoder, LIST, this.own.list);
  }

  /**
   * Undefined where the list does not tell: it was too short, or empty, or a number is not finite (or a score
   * negative). Then the whole maps must be looked at.
   */
  async read(): Promise<PeakValues | undefined> {
    try {
      const list = (await this.readback.read()).get(LIST) as Float32Array;
      return this.peaks(list, new Uint32Array(list.buffer, list.byteOffset, list.length));
    } finally {
      this.readback.release();
    }
  }

  destroy(): void {
    for (const buffer of Object.values(this.own)) buffer.destroy();
    this.readback.destroy();
  }

  /** The list as floats and as whole numbers. */
  private peaks(list: Float32Array, bits: Uint32Array): PeakValues | undefined {
    const { capacity, entrySize } = this.shaders;
    const [found, faults] = bits;
    if (found === 0 || found > capacity || faults > 0) return undefined;
    const best = Array.from({ length: found }, (_, entry) => LIST_HEADER + entry * entrySize)
      .sort((a, b) => list[b] - list[a] || bits[a + 1] - bits[b + 1])
      .slice(0, this.request.count);
    const [, height, width, channels] = this.shape(this.request.heatmap);
    let place = 2;
    const at = this.request.at.map((name) => {
      const size = this.shape(name)[3];
      const rows = new Float32Array(best.length * size);
      best.forEach((entry, row) => {
        rows.set(list.subarray(entry + place, entry + place + size), row * size);
      });
      place += size;
      return [name, rows] as const;
    });
    return {
      height,
      width,
      channels,
      scores: Float32Array.from(best, (entry) => list[entry]),
      indices: Int32Array.from(best, (entry) => bits[entry + 1]),
      at: Object.fromEntries(at),
    };
  }

  private shape(output: string): Shape {
    return (this.maps.get(output) as DeviceMap).shape;
  }
}
