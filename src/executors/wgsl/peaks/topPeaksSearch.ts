import type { PeakLists, TopPeaksQuery } from "../../../backend/peakQuery.ts";
import type { WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { type BoundDispatch, encodeDispatch, type Pipelines } from "../device/pipelines.ts";
import { type GpuBuffer, type GpuComputePass, type GpuDevice, USAGE } from "../device/webgpu.ts";
import {
  type Anchors,
  anchorsIn,
  type DeviceMaps,
  type QueryMaps,
  queryBuffers,
  queryMaps,
  readRecords,
} from "./peakRecords.ts";
import {
  MAX_CANDIDATES,
  TOP_PEAKS_OPERANDS,
  type TopPeaksBuffer,
  type TopPeaksLayout,
  topPeaksBufferBytes,
  topPeaksLayout,
  topPeaksShaders,
} from "./topPeaksShaders.ts";

/** Answers a `TopPeaksQuery` on the device. */
export class TopPeaksSearch {
  private constructor(
    private readonly device: GpuDevice,
    private readonly query: TopPeaksQuery,
    private readonly maps: QueryMaps,
    private readonly layout: TopPeaksLayout,
    private readonly dispatches: readonly BoundDispatch[],
    private readonly buffers: Readonly<Record<TopPeaksBuffer, GpuBuffer>>,
  ) {}

  static async create(
    device: GpuDevice,
    pipelines: Pipelines,
    query: TopPeaksQuery,
    outputs: DeviceMaps,
  ): Promise<TopPeaksSearch> {
    const maps = queryMaps(query, outputs);
    const layout = topPeaksLayout(query, maps);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const sizes = Object.entries(topPeaksBufferBytes(layout));
    const created = sizes.map(([name, size]) => [name, device.createBuffer({ size, usage })]);
    const buffers = Object.fromEntries(created) as Record<TopPeaksBuffer, GpuBuffer>;
    const inputs = queryBuffers(query, outputs);
    const names = Object.keys(TOP_PEAKS_OPERANDS) as TopPeaksBuffer[];
    const bufferOf = (operand: WgslOperand) => {
      const name = names.find((key) => TOP_PEAKS_OPERANDS[key] === operand);
      return name ? buffers[name] : inputs[Number(/\d+$/.exec(operand))];
    };
    const dispatches = topPeaksShaders(query, maps, layout);
    const bound = await Promise.all(dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)));
    return new TopPeaksSearch(device, query, maps, layout, bound, buffers);
  }

  /** The buffer to read back. */
  get list(): GpuBuffer {
    return this.buffers.list;
  }

  /** The peaks of the first list, for a later query. */
  get anchors(): Anchors {
    return anchorsIn(this.maps, this.layout.firstRecord, this.query.count);
  }

  /** Whether there are as many peaks as the query wants, so that every anchor is one. */
  hasAllAnchors({ lists: [{ indices }] }: PeakLists): boolean {
    return indices.length === this.query.count;
  }

  encode(pass: GpuComputePass, { within }: TopPeaksQuery): void {
    const [, height, width] = this.maps.heatmap;
    const sides = Uint32Array.of(within?.height ?? height, within?.width ?? width, 0, 0);
    this.device.queue.writeBuffer(this.buffers.within, 0, sides);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /**
   * The answer, from the numbers of `list`. Undefined if a number was not finite or a score negative, if a list had too
   * many candidates, or if there is no peak at all.
   */
  answer(numbers: Float32Array): PeakLists | undefined {
    const { lists, firstRecord, recordSize } = this.layout;
    const [faults, ...candidates] = new Uint32Array(numbers.buffer, numbers.byteOffset, firstRecord);
    const isComplete =
      candidates.every((count) => count <= MAX_CANDIDATES) && candidates.some((count) => count > 0);
    if (faults > 0 || !isComplete) return undefined;
    const [, height, width, channels] = this.maps.heatmap;
    const { count } = this.query;
    const peakLists = Array.from({ length: lists }, (_, list) => {
      const first = firstRecord + list * count * recordSize;
      return readRecords(this.maps, numbers, first, Math.min(candidates[list], count));
    });
    return { height, width, channels, lists: peakLists };
  }

  destroy(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}
