import type { Tensor } from "../../tensor.ts";
import { topK } from "../topK.ts";
import { windowMaximum } from "../windowMaximum.ts";

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
export interface KeypointMaps {
  /** [.., classes], probabilities. */
  readonly heatmap: Tensor;
  /** [.., 2], x before y, in cells. */
  readonly offset: Tensor;
  /** [.., 1]. */
  readonly embedding?: Tensor;
}

/**
 * The `k` best peaks of all classes, best first (Law & Deng, arXiv:1808.01244, section 4.2): cells that are
 * the largest of the `kernel` × `kernel` window around them; equal neighbours all are. Where there are fewer
 * peaks, the reference fills the list with any other cells at a score of 0; here it is shorter.
 */
export function heatmapPeaks(
  { heatmap, offset, embedding }: KeypointMaps,
  k: number,
  kernel: number,
): Peak[] {
  const [, , width, classes] = heatmap.shape;
  const ranked = topK(heatmap.data, k, 0, 1, (element) => {
    return windowMaximum(heatmap, kernel, element) === heatmap.data[element];
  });
  const peaks = ranked.indices.filter((_, rank) => ranked.scores[rank] > 0);
  return Array.from(peaks, (element, rank) => {
    const cell = Math.floor(element / classes);
    return {
      x: Math.fround((cell % width) + offset.data[cell * 2]),
      y: Math.fround(Math.floor(cell / width) + offset.data[cell * 2 + 1]),
      class: element % classes,
      score: ranked.scores[rank],
      ...(embedding && { embedding: embedding.data[cell] }),
    };
  });
}
