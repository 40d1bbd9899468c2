import type { PeakFind } from "../../backend/peakQuery.ts";
import type { WgslOperand } from "../../kernels/wgsl/kernel.ts";
import { entrySizeOf, type FindMaps } from "./peaks/gatheredMaps.ts";

/** How what is read back lies, in numbers of 4 bytes: faults, the candidates of each list, then entries. */
export interface PeakLayout {
  readonly lists: number;
  /** See `entrySizeOf`; the score is 0 where there is no peak. */
  readonly entrySize: number;
  /** Where the entries start, `count` of them a list. */
  readonly entries: number;
  readonly bytes: number;
}

/** Candidates that each list has room for. */
export const CAPACITY = 4096;
/** A class of scores for each of the upper 15 bits of a float that is not negative: 6 bits of mantissa. */
export const SCORE_CLASSES = 16_384;

/** Buffers beside the maps, by operand; the maps are `input0` (the heatmap), `input1`, …. */
export const PEAK_OPERANDS = {
  /** Height and width of what counts of the heatmap, in cells. */
  within: "constant0",
  classes: "scratch0",
  leasts: "scratch1",
  candidates: "scratch2",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export type PeakBuffer = keyof typeof PEAK_OPERANDS;

export function peakLayout({ among, count }: PeakFind, maps: FindMaps): PeakLayout {
  const lists = among === "each channel" ? maps.heatmap[3] : 1;
  const entrySize = entrySizeOf(maps);
  const entries = 1 + lists;
  return { lists, entrySize, entries, bytes: (entries + lists * count * entrySize) * 4 };
}

/** Bytes of the buffers that are this find's own. */
export function peakBufferBytes({ lists, bytes }: PeakLayout): Readonly<Record<PeakBuffer, number>> {
  return {
    within: 16,
    classes: lists * SCORE_CLASSES * 4,
    leasts: lists * 4,
    candidates: lists * CAPACITY * 8,
    list: bytes,
  };
}
