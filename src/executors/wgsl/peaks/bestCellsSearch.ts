import type { BestCellsQuery, PeakLists } from "../../../backend/peakQuery.ts";
import type { WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { type BoundDispatch, encodeDispatch, type Pipelines } from "../device/pipelines.ts";
import { type GpuBuffer, type GpuComputePass, type GpuDevice, USAGE } from "../device/webgpu.ts";
import {
  BEST_CELLS_OPERANDS,
  type BestCellsLayout,
  bestCellsLayout,
  bestCellsShaders,
} from "./bestCellsShaders.ts";
import {
  type Anchors,
  anchorsIn,
  type DeviceMaps,
  type QueryMaps,
  queryBuffers,
  queryMaps,
  readRecords,
} from "./peakRecords.ts";

/** The search whose cells are the anchors of another one. */
export interface AnchorSource {
  readonly anchors: Anchors;
  readonly list: GpuBuffer;
}

/** Answers a `BestCellsQuery` on the device. */
export class BestCellsSearch implements AnchorSource {
  private constructor(
    private readonly device: GpuDevice,
    private readonly maps: QueryMaps,
    private readonly layout: BestCellsLayout,
    private readonly dispatches: readonly BoundDispatch[],
    /** The buffer to read back. */
    readonly list: GpuBuffer,
    /** The weights, unless they depend on anchors. */
    private readonly table: GpuBuffer | undefined,
  ) {}

  /** @throws UsageError if the query's points are around the cells of a query that is missing. */
  static async create(
    device: GpuDevice,
    pipelines: Pipelines,
    query: BestCellsQuery,
    outputs: DeviceMaps,
    source: AnchorSource | undefined,
  ): Promise<BestCellsSearch> {
    const maps = queryMaps(query, outputs);
    const layout = bestCellsLayout(maps, source?.anchors.count ?? 1);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const list = device.createBuffer({ size: layout.bytes, usage });
    const [, height, width] = maps.heatmap;
    const table = source ? undefined : device.createBuffer({ size: height * width * 4, usage });
    const inputs = queryBuffers(query, outputs);
    const bufferOf = (operand: WgslOperand) => {
      if (operand === BEST_CELLS_OPERANDS.list) return list;
      if (operand === BEST_CELLS_OPERANDS.weightsOrAnchors) return (source?.list ?? table) as GpuBuffer;
      return inputs[Number(/\d+$/.exec(operand))];
    };
    const dispatches = bestCellsShaders(query, maps, layout, source?.anchors);
    const bound = await Promise.all(dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)));
    return new BestCellsSearch(device, maps, layout, bound, list, table);
  }

  /** The one cell that may be the best, for a later query. Its record comes after those of cell 0. */
  get anchors(): Anchors {
    const { firstRecord, recordSize } = this.layout;
    return anchorsIn(this.maps, firstRecord + this.maps.heatmap[3] * recordSize, 1);
  }

  /** Whether exactly one cell may be the best. */
  hasAllAnchors({ channels, lists: [{ indices }] }: PeakLists): boolean {
    return indices.length === channels + 1;
  }

  encode(pass: GpuComputePass, { weight }: BestCellsQuery): void {
    const { queue } = this.device;
    queue.writeBuffer(this.list, 0, Uint32Array.of(0, this.maps.heatmap[3]));
    if (this.table && weight.kind === "table") queue.writeBuffer(this.table, 0, weight.weights);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /**
   * The answer, from the numbers of `list`. Undefined if a number was outside the range that the search can bound, or
   * if there were more near ties than room.
   */
  answer(numbers: Float32Array): PeakLists | undefined {
    const { firstRecord, capacity } = this.layout;
    const [faults, wanted] = new Uint32Array(numbers.buffer, numbers.byteOffset, firstRecord);
    if (faults > 0 || wanted > capacity) return undefined;
    const [, height, width, channels] = this.maps.heatmap;
    return { height, width, channels, lists: [readRecords(this.maps, numbers, firstRecord, wanted)] };
  }

  destroy(): void {
    this.list.destroy();
    this.table?.destroy();
  }
}
