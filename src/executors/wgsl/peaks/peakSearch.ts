import type { PeakLists, TopPeaksQuery } from "../../../backend/peakQuery.ts";
import type { WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { type BoundDispatch, encodeDispatch, type Pipelines } from "../device/pipelines.ts";
import { type GpuBuffer, type GpuComputePass, type GpuDevice, USAGE } from "../device/webgpu.ts";
import {
  type DeviceMaps,
  type FindMaps,
  findBuffers,
  findMaps,
  type Instances,
  instancesIn,
  readEntries,
} from "./gatheredMaps.ts";
import {
  CAPACITY,
  PEAK_OPERANDS,
  type PeakBuffer,
  type PeakLayout,
  peakBufferBytes,
  peakLayout,
  peakShaders,
} from "./peakShaders.ts";

/** The best peaks of a heatmap. */
export class PeakSearch {
  private constructor(
    private readonly device: GpuDevice,
    private readonly find: TopPeaksQuery,
    private readonly maps: FindMaps,
    private readonly layout: PeakLayout,
    private readonly dispatches: readonly BoundDispatch[],
    private readonly own: Readonly<Record<PeakBuffer, GpuBuffer>>,
  ) {}

  static async create(
    device: GpuDevice,
    pipelines: Pipelines,
    find: TopPeaksQuery,
    outputs: DeviceMaps,
  ): Promise<PeakSearch> {
    const maps = findMaps(find, outputs);
    const layout = peakLayout(find, maps);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const sizes = Object.entries(peakBufferBytes(layout));
    const buffers = sizes.map(([name, size]) => [name, device.createBuffer({ size, usage })]);
    const own = Object.fromEntries(buffers) as Record<PeakBuffer, GpuBuffer>;
    const inputs = findBuffers(find, outputs);
    const bufferOf = (operand: WgslOperand) => {
      const name = (Object.keys(PEAK_OPERANDS) as PeakBuffer[]).find((key) => PEAK_OPERANDS[key] === operand);
      return name ? own[name] : inputs[Number(/\d+$/.exec(operand))];
    };
    const dispatches = peakShaders(find, maps, layout);
    const bound = await Promise.all(dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)));
    return new PeakSearch(device, find, maps, layout, bound, own);
  }

  get list(): GpuBuffer {
    return this.own.list;
  }

  /** All the peaks that are wanted. */
  get instances(): Instances {
    return instancesIn(this.maps, this.layout.entries, this.find.count);
  }

  hasAllInstances({ lists: [{ indices }] }: PeakLists): boolean {
    return indices.length === this.find.count;
  }

  encode(pass: GpuComputePass, { within }: TopPeaksQuery): void {
    const [, height, width] = this.maps.heatmap;
    const sides = Uint32Array.of(within?.height ?? height, within?.width ?? width, 0, 0);
    this.device.queue.writeBuffer(this.own.within, 0, sides);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /** Of what was read back. */
  found(numbers: Float32Array): PeakLists | undefined {
    const { lists, entries, entrySize } = this.layout;
    const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, entries);
    const [faults, ...candidates] = bits;
    const told = candidates.every((count) => count <= CAPACITY) && candidates.some((count) => count > 0);
    if (faults > 0 || !told) return undefined;
    const [, height, width, channels] = this.maps.heatmap;
    const { count } = this.find;
    const listed = Array.from({ length: lists }, (_, list) => {
      const first = entries + list * count * entrySize;
      return readEntries(this.maps, numbers, first, Math.min(candidates[list], count));
    });
    return { height, width, channels, lists: listed };
  }

  destroy(): void {
    for (const buffer of Object.values(this.own)) buffer.destroy();
  }
}
