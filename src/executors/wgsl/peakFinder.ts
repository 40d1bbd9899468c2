import type { WgslOperand } from "../../kernels/wgslKernel.ts";
import type { FoundPeaks, PeakFind, PeakList, PeakRequest, PeakValues } from "../../peaks.ts";
import type { Shape } from "../../tensor.ts";
import {
  CAPACITY,
  PEAK_OPERANDS,
  type PeakBuffer,
  type PeakLayout,
  type PeakMaps,
  peakBufferBytes,
  peakLayout,
  peakShaders,
} from "./peakShaders.ts";
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

/** By the names of the network's outputs. */
export type DeviceMaps = ReadonlyMap<string, DeviceMap>;

/** What is read back at most, in bytes. */
export const MOST_BYTES = 65_536;

/** Finds the peaks of a request on the device, and reads back those alone. */
export class PeakFinder {
  private constructor(
    private readonly request: PeakRequest,
    private readonly searches: ReadonlyMap<string, PeakSearch>,
    private readonly readback: Readback,
  ) {}

  /** Undefined where the answer would be too long. */
  static async create(
    device: GpuDevice,
    request: PeakRequest,
    maps: DeviceMaps,
  ): Promise<PeakFinder | undefined> {
    const finds = Object.entries(request);
    const sizes = new Map(finds.map(([name, find]) => [name, peakLayout(find, mapsOf(find, maps)).bytes]));
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > MOST_BYTES) return undefined;
    const pipelines = new Pipelines(device);
    const searches = finds.map(async ([name, find]) => {
      return [name, await PeakSearch.create(device, pipelines, find, maps)] as const;
    });
    return new PeakFinder(request, new Map(await Promise.all(searches)), new Readback(device, sizes));
  }

  /** Whether it was made for the like; `within` is each run's own. */
  finds(request: PeakRequest): boolean {
    const made = (finds: PeakRequest) => {
      return JSON.stringify(Object.entries(finds).map(([name, { within, ...find }]) => [name, find]));
    };
    return made(request) === made(this.request);
  }

  /** After the network's layers. */
  encode(pass: GpuComputePass, request: PeakRequest): void {
    for (const [name, search] of this.searches) search.encode(pass, request[name]);
  }

  /** After the pass. */
  encodeCopy(encoder: GpuCommandEncoder): void {
    for (const [name, search] of this.searches) this.readback.encodeCopy(encoder, name, search.list);
  }

  /**
   * Undefined where a list does not tell: there were too many candidates, or no peak at all, or a number is not
   * finite (or a score negative). Then the whole maps must be looked at.
   */
  async read(): Promise<FoundPeaks | undefined> {
    try {
      const lists = await this.readback.read();
      const found: Record<string, PeakValues> = {};
      for (const [name, search] of this.searches) {
        const values = search.peaks(lists.get(name) as Float32Array);
        if (!values) return undefined;
        found[name] = values;
      }
      return found;
    } finally {
      this.readback.release();
    }
  }

  destroy(): void {
    for (const search of this.searches.values()) search.destroy();
    this.readback.destroy();
  }
}

/** One find of a request. */
class PeakSearch {
  private constructor(
    private readonly device: GpuDevice,
    private readonly find: PeakFind,
    private readonly maps: PeakMaps,
    private readonly layout: PeakLayout,
    private readonly dispatches: readonly BoundDispatch[],
    private readonly own: Readonly<Record<PeakBuffer, GpuBuffer>>,
  ) {}

  static async create(
    device: GpuDevice,
    pipelines: Pipelines,
    find: PeakFind,
    outputs: DeviceMaps,
  ): Promise<PeakSearch> {
    const maps = mapsOf(find, outputs);
    const { dispatches, layout } = peakShaders(find, maps);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const sizes = Object.entries(peakBufferBytes(layout));
    const buffers = sizes.map(([name, size]) => [name, device.createBuffer({ size, usage })]);
    const own = Object.fromEntries(buffers) as Record<PeakBuffer, GpuBuffer>;
    const inputs = namesOf(find).map((name) => (outputs.get(name) as DeviceMap).buffer);
    const bufferOf = (operand: WgslOperand) => {
      const name = (Object.keys(PEAK_OPERANDS) as PeakBuffer[]).find((key) => PEAK_OPERANDS[key] === operand);
      return name ? own[name] : inputs[Number(/\d+$/.exec(operand))];
    };
    const bound = await Promise.all(dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)));
    return new PeakSearch(device, find, maps, layout, bound, own);
  }

  get list(): GpuBuffer {
    return this.own.list;
  }

  encode(pass: GpuComputePass, { within }: PeakFind): void {
    const [, height, width] = this.maps.heatmap;
    const sides = Uint32Array.of(within?.height ?? height, within?.width ?? width, 0, 0);
    this.device.queue.writeBuffer(this.own.within, 0, sides);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /** Of what was read back. */
  peaks(numbers: Float32Array): PeakValues | undefined {
    const { lists, entries, entrySize } = this.layout;
    const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
    const [faults, ...candidates] = bits.subarray(0, entries);
    const told = candidates.every((count) => count <= CAPACITY) && candidates.some((count) => count > 0);
    if (faults > 0 || !told) return undefined;
    const [, height, width, channels] = this.maps.heatmap;
    const { count } = this.find;
    const listed = Array.from({ length: lists }, (_, list) => {
      const first = entries + list * count * entrySize;
      return this.peakList(numbers, bits, first, Math.min(candidates[list], count));
    });
    return { height, width, channels, lists: listed };
  }

  destroy(): void {
    for (const buffer of Object.values(this.own)) buffer.destroy();
  }

  /** Its entries as floats and as whole numbers, from the `first` on. */
  private peakList(numbers: Float32Array, bits: Uint32Array, first: number, length: number): PeakList {
    const { entrySize } = this.layout;
    let place = 2;
    const at = namesOf(this.find)
      .slice(1)
      .map((name, i) => {
        const { shape, share = shape[3] } = this.maps.gathered[i];
        const rows = new Float32Array(length * share);
        for (let row = 0; row < length; row++) {
          const from = first + row * entrySize + place;
          rows.set(numbers.subarray(from, from + share), row * share);
        }
        place += share;
        return [name, rows] as const;
      });
    return {
      scores: Float32Array.from({ length }, (_, row) => numbers[first + row * entrySize]),
      indices: Int32Array.from({ length }, (_, row) => bits[first + row * entrySize + 1]),
      at: Object.fromEntries(at),
    };
  }
}

/** The heatmap's first. */
function namesOf({ heatmap, at, atOwn = [] }: PeakFind): string[] {
  return [heatmap, ...at, ...atOwn];
}

function mapsOf({ heatmap, at, atOwn = [] }: PeakFind, outputs: DeviceMaps): PeakMaps {
  const shapeOf = (name: string) => (outputs.get(name) as DeviceMap).shape;
  const whole = shapeOf(heatmap);
  const all = at.map((name) => ({ shape: shapeOf(name) }));
  const own = atOwn.map((name) => ({ shape: shapeOf(name), share: shapeOf(name)[3] / whole[3] }));
  return { heatmap: whole, gathered: [...all, ...own] };
}
