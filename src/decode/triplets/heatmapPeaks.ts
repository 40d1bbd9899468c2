import type { PeakLists, TopPeaksQuery } from "../../backend/peakQuery.ts";
import type { Tensor } from "../../tensor.ts";
import { peakLists } from "../findPeaks.ts";

/** A keypoint of the network: a corner of a box, or its center. Coordinates in cells, its offset included. */
export interface Peak {
  readonly x: number;
  readonly y: number;
  /** Channel of the heatmap. */
  readonly class: number;
  /** Probability. */
  readonly score: number;
  /** Corners only: tells which corners belong together. */
  readonly embedding?: number;
}

/** Maps of one kind of keypoint, all [1, h, w, …]. */
export interface CornerOrCenterMaps {
  /** [.., classes], probabilities. */
  readonly heatmap: Tensor;
  /** [.., 2], x before y, in cells. */
  readonly offset: Tensor;
  /** [.., 1]. */
  readonly embedding?: Tensor;
}

/** A network's outputs that are `KeypointMaps`, by name. */
export type CornerOrCenterOutputs = Readonly<Record<"heatmap" | "offset", string>> & {
  readonly embedding?: string;
};

/** What `listedPeaks` needs of them; the arguments are those of `heatmapPeaks`. */
export function heatmapPeakQuery(
  { heatmap, offset, embedding }: CornerOrCenterOutputs,
  k: number,
  kernel: number,
): TopPeaksQuery {
  const at = embedding === undefined ? [offset] : [offset, embedding];
  return { heatmap, among: "all channels", count: k, window: kernel, tolerance: 0, gather: at };
}

/**
 * The `k` best peaks of all classes, best first (Law & Deng, arXiv:1808.01244, section 4.2): cells that are
 * the largest of the `kernel` × `kernel` window around them; equal neighbors all are. Where there are fewer
 * peaks, the reference fills the list with any other cells at a score of 0; here it is shorter. Throws
 * UsageError for maps that do not fit together.
 */
export function heatmapPeaks(
  { heatmap, offset, embedding }: CornerOrCenterMaps,
  k: number,
  kernel: number,
): Peak[] {
  const maps = { heatmap, offset, ...(embedding && { embedding }) };
  const names = { heatmap: "heatmap", offset: "offset", ...(embedding && { embedding: "embedding" }) };
  return heatmapPeaksFrom(peakLists(maps, heatmapPeakQuery(names, k, kernel)), names);
}

/** From the answer to `heatmapFind`. */
export function heatmapPeaksFrom(
  { width, channels, lists: [{ scores, indices, gathered: at }] }: PeakLists,
  { offset, embedding }: CornerOrCenterOutputs,
): Peak[] {
  return Array.from(indices, (index, rank) => {
    const cell = Math.floor(index / channels);
    return {
      x: Math.fround((cell % width) + at[offset][rank * 2]),
      y: Math.fround(Math.floor(cell / width) + at[offset][rank * 2 + 1]),
      class: index % channels,
      score: scores[rank],
      ...(embedding !== undefined && { embedding: at[embedding][rank] }),
    };
  });
}
