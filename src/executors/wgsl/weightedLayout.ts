import type { WgslOperand } from "../../kernels/wgsl/kernel.ts";
import { entrySizeOf, type FindMaps } from "./peaks/gatheredMaps.ts";

/**
 * How what is read back lies, in numbers of 4 bytes: faults, how many entries were wanted, then entries. The first
 * are those of cell 0, one a channel; the others, of all instances and channels, come in whatever order.
 */
export interface WeightedLayout {
  readonly instances: number;
  readonly entrySize: number;
  readonly capacity: number;
  /** Where the entries start. */
  readonly entries: number;
  readonly bytes: number;
}

/** Near ties that each instance and channel has room for, if all have as many. */
const NEAR_TIES = 16;

/** Buffers beside the maps, by operand. */
export const WEIGHTED_OPERANDS = {
  /** The weights, or the list of the find whose cells are the instances. */
  basis: "constant0",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export function weightedLayout(maps: FindMaps, instances: number): WeightedLayout {
  const channels = maps.heatmap[3];
  const entrySize = entrySizeOf(maps);
  const capacity = channels * (1 + instances * NEAR_TIES);
  const entries = 2;
  return { instances, entrySize, capacity, entries, bytes: (entries + capacity * entrySize) * 4 };
}
