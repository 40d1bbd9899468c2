import { confirmPair, type Triplet } from "./centralRegion.ts";
import { heatmapPeaks, type Peak } from "./heatmapPeaks.ts";
import { type CornerPair, type PairRejection, pairRejection, pairScore } from "./pairCorners.ts";
import { type PixelBox, placeBox, placePair } from "./placement.ts";
import type { TripletSettings, TripletView } from "./triplets.ts";

/** What became of two corners: their reason to be no pair, or of the pair to be no triplet. */
export type PairVerdict = "accepted" | "noCenter" | "outside" | PairRejection;

export interface ExplainedPair extends CornerPair {
  readonly verdict: PairVerdict;
  /** In pixels of the original picture, as the corners say it; clipped where it is a proposal. */
  readonly box: PixelBox;
  /** Where accepted: with the center that confirms it, and the score of all three. */
  readonly triplet?: Triplet;
}

/**
 * Every pair of one view's corners with its verdict, best score first: what `decodeTriplets` sees before
 * soft-NMS. `centers` are those of all views at scale 1. Of pairs beyond `maxPairs`, too, it is said what
 * they would be.
 */
export function explainPairs(
  { maps, placement }: TripletView,
  centers: readonly Peak[],
  { peaks, kernel, embeddingDistance }: TripletSettings,
): ExplainedPair[] {
  const topLefts = heatmapPeaks(maps.topLeft, peaks, kernel);
  const bottomRights = heatmapPeaks(maps.bottomRight, peaks, kernel);
  const explained = topLefts.flatMap((topLeft) =>
    bottomRights.map((bottomRight): ExplainedPair => {
      const pair = { topLeft, bottomRight, score: pairScore(topLeft, bottomRight) };
      const unclipped = { ...pair, box: placeBox(pair, placement) };
      const rejection = pairRejection(topLeft, bottomRight, embeddingDistance);
      if (rejection) return { ...unclipped, verdict: rejection };
      const placed = placePair(pair, placement);
      if (!placed) return { ...unclipped, verdict: "outside" };
      const triplet = confirmPair(placed, centers);
      return triplet ? { ...placed, verdict: "accepted", triplet } : { ...placed, verdict: "noCenter" };
    }),
  );
  return explained.sort((a, b) => b.score - a.score);
}
