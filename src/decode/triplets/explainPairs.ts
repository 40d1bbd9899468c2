import type { PairOutcome } from "../../detection.ts";
import { confirmPair, type Triplet } from "./centralRegion.ts";
import type { Peak } from "./heatmapPeaks.ts";
import { pairRejection, pairScore } from "./pairCorners.ts";
import type { TripletSettings, ViewPeaks } from "./triplets.ts";
import { type PlacedPair, placeBox, placePair } from "./viewTransform.ts";

/** The box is clipped to the image where it is a proposal, else as the corners say it. */
export interface ExplainedPair extends PlacedPair {
  readonly outcome: PairOutcome;
  /** Where accepted: with the center that confirms it, and the score of all three. */
  readonly triplet?: Triplet;
}

/**
 * Every pair of one view's corners with its outcome, best score first: what `decodeTriplets` sees before
 * soft-NMS. `centers` are those of `allCenters`. Of pairs beyond `maxPairs`, too, it is said what they would
 * be.
 */
export function explainPairs(
  { topLeft: topLefts, bottomRight: bottomRights, transform }: ViewPeaks,
  centers: readonly Peak[],
  { embeddingDistance }: TripletSettings,
): ExplainedPair[] {
  const explained = topLefts.flatMap((topLeft) =>
    bottomRights.map((bottomRight): ExplainedPair => {
      const pair = { topLeft, bottomRight, score: pairScore(topLeft, bottomRight) };
      const unclipped = { ...pair, box: placeBox(pair, transform), transform };
      const rejection = pairRejection(topLeft, bottomRight, embeddingDistance);
      if (rejection) return { ...unclipped, outcome: rejection };
      const placed = placePair(pair, transform);
      if (!placed) return { ...unclipped, outcome: "outside" };
      const triplet = confirmPair(placed, centers);
      return triplet ? { ...placed, outcome: "accepted", triplet } : { ...placed, outcome: "noCenter" };
    }),
  );
  return explained.sort((a, b) => b.score - a.score);
}
