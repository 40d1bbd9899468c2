import type { PairRejection } from "../../detection.ts";
import type { Peak } from "./heatmapPeaks.ts";

/** A box that two corners propose. */
export interface CornerPair {
  readonly topLeft: Peak;
  readonly bottomRight: Peak;
  /** As `pairScore` has it. */
  readonly score: number;
}

export interface PairSettings {
  /** Corners whose embeddings are further apart belong to different objects. */
  readonly embeddingDistance: number;
  /** The best so many pairs are kept. */
  readonly maxPairs: number;
}

/**
 * All pairs of a top-left with a bottom-right corner that may be one object's (Law & Deng, arXiv:1808.01244,
 * section 3.3), best first; of equal ones in the order of their top-left, then their bottom-right corners.
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

/** The first reason, in this order: other classes, embeddings too far apart, corners the wrong way round. */
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
