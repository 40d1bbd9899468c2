import type { PairRejection } from "../../explain/explanation.ts";
import type { Peak } from "./heatmapPeaks.ts";

/** Two corners that propose a box. */
export interface CornerPair {
  readonly topLeft: Peak;
  readonly bottomRight: Peak;
  /** See `pairScore`. */
  readonly score: number;
}

export interface PairSettings {
  /** Corners whose embeddings differ by more than this belong to different objects. */
  readonly embeddingDistance: number;
  /** How many pairs are kept, at most: the best ones. */
  readonly maxPairs: number;
}

/**
 * All pairs of a top-left and a bottom-right corner that may belong to one object (Law & Deng,
 * arXiv:1808.01244, section 3.3), best first. Pairs of equal score are ordered by their top-left, then by
 * their bottom-right corners.
 */
export function pairCorners(
  topLeft: readonly Peak[],
  bottomRight: readonly Peak[],
  { embeddingDistance, maxPairs }: PairSettings,
): CornerPair[] {
  const pairs: CornerPair[] = [];
  for (const first of topLeft) {
    for (const second of bottomRight) {
      if (pairRejection(first, second, embeddingDistance)) continue;
      pairs.push({ topLeft: first, bottomRight: second, score: pairScore(first, second) });
    }
  }
  return pairs.sort((a, b) => b.score - a.score).slice(0, maxPairs);
}

/** The mean of the corners' scores. */
export function pairScore(topLeft: Peak, bottomRight: Peak): number {
  return Math.fround(Math.fround(topLeft.score + bottomRight.score) / 2);
}

/** Why two corners are no pair: the first reason that applies, or undefined if they are one. */
export function pairRejection(
  topLeft: Peak,
  bottomRight: Peak,
  embeddingDistance: number,
): PairRejection | undefined {
  if (topLeft.class !== bottomRight.class) return "class";
  const distance = Math.fround(Math.abs((topLeft.embedding ?? 0) - (bottomRight.embedding ?? 0)));
  if (distance > Math.fround(embeddingDistance)) return "embedding";
  return bottomRight.x < topLeft.x || bottomRight.y < topLeft.y ? "geometry" : undefined;
}
