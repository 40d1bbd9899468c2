import type { BestCellsQuery, PeakLists } from "../../../backend/peakQuery.ts";
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
  WEIGHTED_OPERANDS,
  type WeightedLayout,
  weightedLayout,
  weightedShaders,
} from "./weightedShaders.ts";

/** The find that a search's instances are of. */
export interface InstanceSource {
  readonly instances: Instances;
  readonly list: GpuBuffer;
}

/** The elements that may be the best by score · weight. */
export class WeightedSearch implements InstanceSource {
  private constructor(
    private readonly device: GpuDevice,
    private readonly maps: FindMaps,
    private readonly layout: WeightedLayout,
    private readonly dispatches: readonly BoundDispatch[],
    /** Of its own: the list, and the weights where they are a table. */
    readonly list: GpuBuffer,
    private readonly table: GpuBuffer | undefined,
  ) {}

  static async create(
    device: GpuDevice,
    pipelines: Pipelines,
    find: BestCellsQuery,
    outputs: DeviceMaps,
    source: InstanceSource | undefined,
  ): Promise<WeightedSearch> {
    const maps = findMaps(find, outputs);
    const layout = weightedLayout(maps, source?.instances.count ?? 1);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    const list = device.createBuffer({ size: layout.bytes, usage });
    const [, height, width] = maps.heatmap;
    const table = source ? undefined : device.createBuffer({ size: height * width * 4, usage });
    const inputs = findBuffers(find, outputs);
    const bufferOf = (operand: WgslOperand) => {
      if (operand === WEIGHTED_OPERANDS.list) return list;
      if (operand === WEIGHTED_OPERANDS.basis) return (source?.list ?? table) as GpuBuffer;
      return inputs[Number(/\d+$/.exec(operand))];
    };
    const dispatches = weightedShaders(find, maps, layout, source?.instances);
    const bound = await Promise.all(dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)));
    return new WeightedSearch(device, maps, layout, bound, list, table);
  }

  /** The one cell that may be the best, behind cell 0. */
  get instances(): Instances {
    const { entries, entrySize } = this.layout;
    return instancesIn(this.maps, entries + this.maps.heatmap[3] * entrySize, 1);
  }

  hasAllInstances({ channels, lists: [{ indices }] }: PeakLists): boolean {
    return indices.length === channels + 1;
  }

  encode(pass: GpuComputePass, { weight }: BestCellsQuery): void {
    const { queue } = this.device;
    queue.writeBuffer(this.list, 0, Uint32Array.of(0, this.maps.heatmap[3]));
    if (this.table && weight.kind === "table") queue.writeBuffer(this.table, 0, weight.weights);
    for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch);
  }

  /** Of what was read back. */
  found(numbers: Float32Array): PeakLists | undefined {
    const { entries, capacity } = this.layout;
    const [faults, wanted] = new Uint32Array(numbers.buffer, numbers.byteOffset, entries);
    if (faults > 0 || wanted > capacity) return undefined;
    const [, height, width, channels] = this.maps.heatmap;
    return { height, width, channels, lists: [readEntries(this.maps, numbers, entries, wanted)] };
  }

  destroy(): void {
    this.list.destroy();
    this.table?.destroy();
  }
}
