/** Why a model of triplets found nothing at a pixel: as an object's center, and as its corners. */
import { HeatmapTrace } from "../../decode/heatmapTrace.ts";
import { centralRegion, isInside } from "../../decode/triplets/centralRegion.ts";
import { type ExplainedPair, explainPairs } from "../../decode/triplets/explainPairs.ts";
import type { Peak } from "../../decode/triplets/heatmapPeaks.ts";
import {
  confirmingCenters,
  type DecodedTriplets,
  type HeatmapTraces,
  type TripletSettings,
  type ViewPeaks,
} from "../../decode/triplets/triplets.ts";
import { placePeak } from "../../decode/triplets/viewTransform.ts";
import type { PeakEvidence, Point } from "../../detection.ts";
import { PAIR_REJECTIONS, type PairOutcome } from "../../explain/explanation.ts";
import type { TripletFate, TripletWhy, TripletWhyView, WhyPair } from "../../explain/why.ts";
import { ViewGeometry, type ViewPlacement } from "../../image/geometry.ts";
import { type AskedClass, cellWithin, channelsOf, covering } from "../centerExplanation.ts";
import type { ClassLabel } from "../coco.ts";
import type { ChosenDetections, ViewOptions } from "../view.ts";
import { boxOf, cornerEvidence } from "./tripletExplanation.ts";

/** How many pairs of each outcome, and how many corners of each kind, are listed. */
const MAX_LISTED = 3;

const OUTCOMES = ["accepted", ...Object.keys(PAIR_REJECTIONS)] as readonly PairOutcome[];

export function heatmapTraces(): HeatmapTraces {
  return { topLeft: new HeatmapTrace(), bottomRight: new HeatmapTrace(), center: new HeatmapTrace() };
}

/** What the pixel that was asked for is in one view. The first view's centers choose the class. */
export function askedInView(
  traces: HeatmapTraces,
  placement: ViewPlacement,
  { x, y, classIds }: NonNullable<ViewOptions["why"]>,
  labels: readonly ClassLabel[],
  asked: AskedClass,
): TripletWhyView {
  const { height, width, classes } = traces.center.size;
  const cell = cellWithin(new ViewGeometry(placement).imageToCell({ x, y }), width, height);
  asked.channel ??= traces.center.bestClassAt(
    cell,
    channelsOf(classes, (channel) => labels[channel], classIds),
  );
  const { scale, mirrored } = placement;
  return {
    scale,
    mirrored,
    center: traces.center.valueAt(cell, asked.channel),
    topLeft: traces.topLeft.valueAt(cell, asked.channel),
    bottomRight: traces.bottomRight.valueAt(cell, asked.channel),
  };
}

/** Everything that a decode of triplets went through. */
interface Decoded {
  readonly views: readonly ViewPeaks[];
  readonly settings: TripletSettings;
  readonly steps: DecodedTriplets;
}

/** The answer for the whole decode. `label` is that of the `channel` in question. */
export function tripletWhy(
  { views, settings, steps }: Decoded,
  asked: readonly TripletWhyView[],
  { x, y }: Point,
  { label, classId }: ClassLabel,
  { detections, fates }: ChosenDetections,
): TripletWhy {
  const channel = asked[0].center.classIndex;
  const around = pairsAround(views, settings, { x, y }, channel);
  const pairs = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<PairOutcome, number>;
  for (const { outcome } of around) pairs[outcome]++;
  const best = OUTCOMES.flatMap((outcome) =>
    around.filter((pair) => pair.outcome === outcome).slice(0, MAX_LISTED),
  );
  return {
    family: "triplets",
    ...{ x, y, label, classId },
    covering: covering(detections, { x, y }),
    views: asked,
    pairs,
    best: best.map((pair) => whyPair(pair, settings, fateOf(pair, steps, fates))),
    nearest: {
      topLeft: nearest(views, ({ topLeft }) => topLeft, { x, y }, channel),
      bottomRight: nearest(views, ({ bottomRight }) => bottomRight, { x, y }, channel),
    },
  };
}

/** The pairs of a class in whose central region a point of the image lies, best first. */
function pairsAround(
  views: readonly ViewPeaks[],
  settings: TripletSettings,
  point: Point,
  channel: number,
): ExplainedPair[] {
  const centers = confirmingCenters(views, settings);
  const ofClass = (peaks: readonly Peak[]) => peaks.filter((peak) => peak.class === channel);
  const explained = views.flatMap((view) => {
    const { topLeft, bottomRight } = view;
    const corners = { topLeft: ofClass(topLeft), bottomRight: ofClass(bottomRight) };
    return explainPairs({ ...view, ...corners }, centers, settings);
  });
  return explained
    .filter(({ box }) => isInside(point, centralRegion(box, settings.centralRegion)))
    .sort((a, b) => b.score - a.score);
}

interface Fate {
  readonly fate?: TripletFate;
  readonly detection?: number;
}

function fateOf(pair: ExplainedPair, steps: DecodedTriplets, fates: ChosenDetections["fates"]): Fate {
  if (pair.outcome !== "accepted") return {};
  const isPair = (corners: Pick<ExplainedPair, "topLeft" | "bottomRight">) =>
    corners.topLeft === pair.topLeft && corners.bottomRight === pair.bottomRight;
  if (!steps.confirmed.some(isPair)) return { fate: "beyondBestPairs" };
  if (!steps.kept.some(({ triplet }) => isPair(triplet))) return { fate: "suppressed" };
  const index = steps.boxes.findIndex(({ triplet }) => isPair(triplet));
  if (index < 0) return { fate: "beyondBestBoxes" };
  const { outcome, detection } = fates[index];
  return { fate: outcome, ...(detection !== undefined && { detection }) };
}

function whyPair(pair: ExplainedPair, settings: TripletSettings, fate: Fate): WhyPair {
  return {
    ...cornerEvidence(pair),
    outcome: pair.outcome,
    score: pair.triplet?.score ?? pair.score,
    box: boxOf(pair.box),
    centralRegion: boxOf(centralRegion(pair.box, settings.centralRegion)),
    ...fate,
  };
}

function nearest(
  views: readonly ViewPeaks[],
  peaksOf: (view: ViewPeaks) => readonly Peak[],
  { x, y }: Point,
  channel: number,
): PeakEvidence[] {
  const placed = views.flatMap((view) =>
    peaksOf(view)
      .filter((peak) => peak.class === channel)
      .map((peak): PeakEvidence => ({ ...placePeak(peak, view.transform), score: peak.score })),
  );
  const distance = (peak: PeakEvidence) => Math.hypot(peak.x - x, peak.y - y);
  return placed.sort((a, b) => distance(a) - distance(b)).slice(0, MAX_LISTED);
}
