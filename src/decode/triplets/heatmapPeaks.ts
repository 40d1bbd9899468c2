import type { PeakLists, TopPeaksQuery } from "../../backend/peakQuery.ts";
import type { Tensor } from "../../tensor.ts";
import { peakLists } from "../findPeaks.ts";
import { type HeatmapTrace, windowSearch } from "../heatmapTrace.ts";

/** A corner or the center of a box. Coordinates are in cells and include the offset. */
export interface Peak {
  readonly x: number;
  readonly y: number;
  /** The channel of the heatmap. */
  readonly class: number;
  /** Probability. */
  readonly score: number;
  /** Corners only: corners of the same object have similar embeddings. */
  readonly embedding?: number;
}

/** The maps of one corner or of the center, all [1, h, w, …]. */
export interface CornerOrCenterMaps {
  /** [1, h, w, classes], probabilities. */
  readonly heatmap: Tensor;
  /** [1, h, w, 2], x before y, in cells. */
  readonly offset: Tensor;
  /** [1, h, w, 1]. Corners only. */
  readonly embedding?: Tensor;
}

/** The names of the network's outputs that are `CornerOrCenterMaps`. */
export type CornerOrCenterOutputs = Readonly<Record<"heatmap" | "offset", string>> & {
  readonly embedding?: string;
};

/** Only the largest cell of a window is a peak, or several that are equal. */
const TOLERANCE = 0;

/** The query that `heatmapPeaksFrom` reads the answer of. `k` and `kernel` are as in `heatmapPeaks`. */
export function heatmapPeakQuery(
  { heatmap, offset, embedding }: CornerOrCenterOutputs,
  k: number,
  kernel: number,
): TopPeaksQuery {
  const at = embedding === undefined ? [offset] : [offset, embedding];
  return { heatmap, among: "all channels", count: k, window: kernel, tolerance: TOLERANCE, gather: at };
}

/**
 * The `k` best peaks of all classes, best first (Law & Deng, arXiv:1808.01244, section 4.2). A cell is a peak
 * if no cell of the `kernel` × `kernel` window around it is larger. If there are fewer than `k` peaks, the
 * reference pads its list with arbitrary cells of score 0; this list is shorter instead.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function heatmapPeaks(
  { heatmap, offset, embedding }: CornerOrCenterMaps,
  k: number,
  kernel: number,
  trace?: HeatmapTrace,
): Peak[] {
  const maps = { heatmap, offset, ...(embedding && { embedding }) };
  const names = { heatmap: "heatmap", offset: "offset", ...(embedding && { embedding: "embedding" }) };
  const lists = peakLists(maps, heatmapPeakQuery(names, k, kernel));
  trace?.searched(windowSearch(heatmap, k, kernel, TOLERANCE));
  return heatmapPeaksFrom(lists, names);
}

/** The peaks from the answer to `heatmapPeakQuery`. */
export function heatmapPeaksFrom(
  { width, channels, lists: [{ scores, indices, gathered }] }: PeakLists,
  { offset, embedding }: CornerOrCenterOutputs,
): Peak[] {
  return Array.from(indices, (index, rank) => {
    const cell = Math.floor(index / channels);
    return {
      x: Math.fround((cell % width) + gathered[offset][rank * 2]),
      y: Math.fround(Math.floor(cell / width) + gathered[offset][rank * 2 + 1]),
      class: index % channels,
      score: scores[rank],
      ...(embedding !== undefined && { embedding: gathered[embedding][rank] }),
    };
  });
}
