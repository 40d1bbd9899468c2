import type { PairOutcome } from "../../explain/explanation.ts";
import { confirmPair, type Triplet } from "./centralRegion.ts";
import type { Peak } from "./heatmapPeaks.ts";
import { pairRejection, pairScore } from "./pairCorners.ts";
import type { TripletSettings, ViewPeaks } from "./triplets.ts";
import { type PlacedPair, placeBox, placePair } from "./viewTransform.ts";

/** The box of a proposal is clipped to the image; any other is as its corners span it. */
export interface ExplainedPair extends PlacedPair {
  readonly outcome: PairOutcome;
  /** If accepted: with the center that confirms it, and the score of all three. */
  readonly triplet?: Triplet;
}

/**
 * Every pair of one view's corners with its outcome before soft-NMS, best score first. `centers` are those of
 * `confirmingCenters`. Pairs beyond `maxPairs` are included, with the outcome that they would have.
 */
export function explainPairs(
  { topLeft: topLefts, bottomRight: bottomRights, transform }: ViewPeaks,
  centers: readonly Peak[],
  { embeddingDistance, centralRegion }: TripletSettings,
): ExplainedPair[] {
  const explained = topLefts.flatMap((topLeft) =>
    bottomRights.map((bottomRight): ExplainedPair => {
      const pair = { topLeft, bottomRight, score: pairScore(topLeft, bottomRight) };
      const unclipped = { ...pair, box: placeBox(pair, transform), transform };
      const rejection = pairRejection(topLeft, bottomRight, embeddingDistance);
      if (rejection) return { ...unclipped, outcome: rejection };
      const placed = placePair(pair, transform);
      if (!placed) return { ...unclipped, outcome: "outside" };
      const triplet = confirmPair(placed, centers, centralRegion);
      return triplet ? { ...placed, outcome: "accepted", triplet } : { ...placed, outcome: "noCenter" };
    }),
  );
  return explained.sort((a, b) => b.score - a.score);
}
