import { confirmPair, type Triplet } from "./centralRegion.ts";
import type { Peak } from "./heatmapPeaks.ts";
import { type PairRejection, pairRejection, pairScore } from "./pairCorners.ts";
import { type PlacedPair, placeBox, placePair } from "./placement.ts";
import type { TripletSettings, ViewPeaks } from "./triplets.ts";

/** What became of two corners: their reason to be no pair, or of the pair to be no triplet. */
export type PairVerdict = "accepted" | "noCenter" | "outside" | PairRejection;

/** The box is clipped to the image where it is a proposal, else as the corners say it. */
export interface ExplainedPair extends PlacedPair {
  readonly verdict: PairVerdict;
  /** Where accepted: with the center that confirms it, and the score of all three. */
  readonly triplet?: Triplet;
}

/**
 * Every pair of one view's corners with its verdict, best score first: what `decodeTriplets` sees before
 * soft-NMS. `centers` are those of `allCenters`. Of pairs beyond `maxPairs`, too, it is said what
 * they would be.
 */
export function explainPairs(
  { topLeft: topLefts, bottomRight: bottomRights, placement }: ViewPeaks,
  centers: readonly Peak[],
  { embeddingDistance }: TripletSettings,
): ExplainedPair[] {
  const explained = topLefts.flatMap((topLeft) =>
    bottomRights.map((bottomRight): ExplainedPair => {
      const pair = { topLeft, bottomRight, score: pairScore(topLeft, bottomRight) };
      const unclipped = { ...pair, box: placeBox(pair, placement), placement };
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
