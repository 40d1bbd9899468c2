import { centralRegion, type Triplet } from "../../decode/triplets/centralRegion.ts";
import { type ExplainedPair, explainPairs } from "../../decode/triplets/explainPairs.ts";
import type { Peak } from "../../decode/triplets/heatmapPeaks.ts";
import {
  confirmingCenters,
  type DecodedTriplets,
  decodeTriplets,
  type TripletSettings,
  type ViewPeaks,
} from "../../decode/triplets/triplets.ts";
import { type PixelBox, type PlacedPair, placePeak } from "../../decode/triplets/viewTransform.ts";
import type { Box, CornerEvidence, PeakEvidence, TripletEvidence } from "../../detection.ts";
import {
  PAIR_REJECTIONS,
  type PairOutcome,
  type PairRejection,
  type RejectedPair,
  type TripletExplanation,
} from "../../explain/explanation.ts";

/** How many rejected pairs are listed per reason: each view has thousands. */
const MAX_REJECTED = 5;

const REJECTIONS = Object.keys(PAIR_REJECTIONS) as PairRejection[];

/** The corners and the center that made a box, in pixels of the image. */
export function tripletEvidence(triplet: Triplet, settings: TripletSettings): TripletEvidence {
  const { center, score, box } = triplet;
  return {
    ...cornerEvidence(triplet),
    center: { x: center.x, y: center.y, score: center.score },
    centralRegion: boxOf(centralRegion(box, settings.centralRegion)),
    score,
  };
}

/** What became of all pairs of corners of all views. The third argument is the result of `decodeTriplets`. */
export function explainTriplets(
  views: readonly ViewPeaks[],
  settings: TripletSettings,
  { confirmed, kept, boxes }: DecodedTriplets,
  labels: readonly string[],
): TripletExplanation {
  const centers = confirmingCenters(views, settings);
  const explained = views.flatMap((view) => explainPairs(view, centers, settings));
  const outcomes: readonly PairOutcome[] = ["accepted", ...REJECTIONS];
  const pairs = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as TripletExplanation["pairs"];
  for (const { outcome } of explained) pairs[outcome]++;
  const rejected = REJECTIONS.flatMap((reason) =>
    explained
      .filter(({ outcome }) => outcome === reason)
      .sort((a, b) => b.score - a.score)
      .slice(0, MAX_REJECTED)
      .map((pair) => rejectedPair(pair, reason, labels, settings)),
  );
  return {
    family: "triplets",
    views,
    pairs,
    beyondBestPairs: pairs.accepted - confirmed.length,
    suppressed: confirmed.length - kept.length,
    beyondBestBoxes: kept.length - boxes.length,
    rejected,
  };
}

/**
 * The boxes that the peaks of a result's `explanation.views` make at other limits, and what became of all pairs: no
 * map is needed, so another limit takes a moment. With the model's own settings the boxes are those of `detect`.
 * `labels` are the names of the classes by channel.
 */
export function explainedTriplets(
  views: readonly ViewPeaks[],
  settings: TripletSettings,
  labels: readonly string[],
): ExplainedTriplets {
  const decoded = decodeTriplets(views, settings);
  const boxes = decoded.boxes.map((found) => ({
    label: labels[found.triplet.class],
    score: found.score,
    box: boxOf(found),
    triplet: tripletEvidence(found.triplet, settings),
  }));
  const placed = (kind: "topLeft" | "bottomRight" | "center") =>
    views.flatMap((view) =>
      view[kind].map((peak) => ({
        ...{ ...placePeak(peak, view.transform), score: peak.score, label: labels[peak.class] },
        ...(peak.embedding !== undefined && { embedding: peak.embedding }),
      })),
    );
  return {
    boxes: boxes.sort((a, b) => b.score - a.score),
    peaks: { topLeft: placed("topLeft"), bottomRight: placed("bottomRight"), center: placed("center") },
    explanation: explainTriplets(views, settings, decoded, labels),
  };
}

export interface ExplainedTriplets {
  /** Best first. */
  readonly boxes: readonly ExplainedBox[];
  /** Those of each heatmap, in pixels of the image, each view's best first. */
  readonly peaks: Readonly<Record<"topLeft" | "bottomRight" | "center", readonly PlacedPeak[]>>;
  readonly explanation: TripletExplanation;
}

export interface PlacedPeak extends PeakEvidence {
  readonly label: string;
  /** Corners only. */
  readonly embedding?: number;
}

/** A box of triplets with the corners and the center that made it. */
export interface ExplainedBox {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
  readonly triplet: TripletEvidence;
}

function rejectedPair(
  pair: ExplainedPair,
  reason: PairRejection,
  labels: readonly string[],
  settings: TripletSettings,
): RejectedPair {
  const { topLeft, bottomRight, score, box } = pair;
  return {
    reason,
    labels: [labels[topLeft.class], labels[bottomRight.class]],
    score,
    box: boxOf(box),
    ...cornerEvidence(pair),
    ...(reason === "noCenter" && { centralRegion: boxOf(centralRegion(box, settings.centralRegion)) }),
  };
}

export function cornerEvidence({ topLeft, bottomRight, transform }: PlacedPair): CornerEvidence {
  const placed = (peak: Peak): PeakEvidence => ({ ...placePeak(peak, transform), score: peak.score });
  return {
    scale: transform.scale,
    mirrored: transform.mirrored,
    topLeft: placed(topLeft),
    bottomRight: placed(bottomRight),
    embeddingDistance: Math.abs((topLeft.embedding ?? 0) - (bottomRight.embedding ?? 0)),
  };
}

export function boxOf({ x1, y1, x2, y2 }: PixelBox): Box {
  return { xmin: x1, ymin: y1, xmax: x2, ymax: y2 };
}
