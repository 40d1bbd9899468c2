import type { PeakAnswer, TopPeaksQueries } from "../../backend/peakQuery.ts";
import type { HeatmapTrace } from "../heatmapTrace.ts";
import { type CentralRegionSettings, confirmPair, type Triplet } from "./centralRegion.ts";
import {
  type CornerOrCenterMaps,
  type CornerOrCenterOutputs,
  heatmapPeakQuery,
  heatmapPeaks,
  heatmapPeaksFrom,
  type Peak,
} from "./heatmapPeaks.ts";
import { type PairSettings, pairCorners } from "./pairCorners.ts";
import { type LoweredRow, SOFT_NMS, type SoftNmsSettings, softNms } from "./softNms.ts";
import { type PlacedPair, placeCenter, placePair, type ViewTransform } from "./viewTransform.ts";

/** The network's maps for one view of the image. */
export interface TripletMaps {
  readonly topLeft: CornerOrCenterMaps;
  readonly bottomRight: CornerOrCenterMaps;
  readonly center: CornerOrCenterMaps;
}

/** The names of the network's outputs that are these maps. */
export type TripletOutputNames = Readonly<Record<keyof TripletMaps, CornerOrCenterOutputs>>;

/** The maps of one view, and how the image lies in it. */
export interface ViewMaps {
  readonly maps: TripletMaps;
  readonly transform: ViewTransform;
}

/** The peaks of one view, best first, with coordinates in cells. Its maps are no longer needed. */
export interface ViewPeaks {
  readonly topLeft: readonly Peak[];
  readonly bottomRight: readonly Peak[];
  readonly center: readonly Peak[];
  readonly transform: ViewTransform;
}

export interface TripletSettings extends PairSettings {
  /** How many peaks of each heatmap are used: the best ones. */
  readonly peaks: number;
  /** Side of the window in which a peak is the largest value, in cells. */
  readonly kernel: number;
  readonly softNms: SoftNmsSettings;
  /** The part of a box in which a center confirms it. Default: `CENTRAL_REGION`. */
  readonly centralRegion?: CentralRegionSettings;
  /** Limit for all classes together. Boxes that score the same as the last one are kept as well. */
  readonly maxBoxes: number;
}

/** The published configuration (config/CenterNet-104.json). */
export const TRIPLET_SETTINGS: TripletSettings = {
  peaks: 70,
  kernel: 3,
  embeddingDistance: 0.5,
  maxPairs: 1000,
  softNms: SOFT_NMS,
  maxBoxes: 100,
};

/** The published configuration for several scales, which also merges overlapping boxes. */
export const MULTI_SCALE_SOFT_NMS: SoftNmsSettings = { ...SOFT_NMS, mergeExponent: 10 };

/** What is left of the pairs of all views after each step. */
export interface DecodedTriplets {
  readonly confirmed: readonly Triplet[];
  /** Kept by soft-NMS. With `reproduceReference` all of them are. */
  readonly kept: readonly DetectedTriplet[];
  /** The best boxes of all classes. */
  readonly boxes: readonly DetectedTriplet[];
}

/** A detected triplet. Soft-NMS may have lowered its score and merged its box with others. */
export interface DetectedTriplet {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly triplet: Triplet;
}

/**
 * The peaks of one view's maps: the first step of the decode, and the only one that needs the maps. If `traces`
 * are given, they are filled in; the result is the same.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function viewPeaks(
  { maps, transform }: ViewMaps,
  { peaks, kernel }: TripletSettings,
  traces?: HeatmapTraces,
): ViewPeaks {
  return {
    topLeft: heatmapPeaks(maps.topLeft, peaks, kernel, traces?.topLeft),
    bottomRight: heatmapPeaks(maps.bottomRight, peaks, kernel, traces?.bottomRight),
    center: heatmapPeaks(maps.center, peaks, kernel, traces?.center),
    transform,
  };
}

/** The traces of one view's three searches for peaks. */
export type HeatmapTraces = Readonly<Record<keyof TripletMaps, HeatmapTrace>>;

/** The query that `viewPeaksFrom` reads the answer of. */
export function viewPeakQuery(
  { topLeft, bottomRight, center }: TripletOutputNames,
  { peaks, kernel }: TripletSettings,
): TopPeaksQueries {
  return {
    topLeft: heatmapPeakQuery(topLeft, peaks, kernel),
    bottomRight: heatmapPeakQuery(bottomRight, peaks, kernel),
    center: heatmapPeakQuery(center, peaks, kernel),
  };
}

/** Like `viewPeaks`, from the answer to `viewPeakQuery`. */
export function viewPeaksFrom(
  { topLeft, bottomRight, center }: PeakAnswer,
  names: TripletOutputNames,
  transform: ViewTransform,
): ViewPeaks {
  return {
    topLeft: heatmapPeaksFrom(topLeft, names.topLeft),
    bottomRight: heatmapPeaksFrom(bottomRight, names.bottomRight),
    center: heatmapPeaksFrom(center, names.center),
    transform,
  };
}

/**
 * The decode of Duan et al., arXiv:1904.08189, as test/coco.py of the reference runs it. It collects the
 * corner pairs of all views (the image and its mirror image, at one or more scales), keeps those that a
 * center confirms, and lets soft-NMS lower the scores of overlapping boxes of a class. All limits are
 * settings, and no map is needed, so that another setting takes a moment. What soft-NMS lowers is added to
 * `trace`, if there is one.
 */
export function decodeTriplets(
  views: readonly ViewPeaks[],
  settings: TripletSettings,
  trace?: LoweredTriplet[],
): DecodedTriplets {
  const pairs = views.flatMap((view) => viewPairs(view, settings));
  const confirmed = confirmPairs(pairs, confirmingCenters(views, settings), settings);
  const kept = suppressTriplets(confirmed, settings, trace);
  return { confirmed, kept, boxes: bestTriplets(kept, settings) };
}

/**
 * The centers that may confirm pairs of any view: only those at scale 1, as in the reference, or at the scale
 * nearest to 1 if there is no scale 1. Centers of the plain view come before those of the mirrored one.
 */
export function confirmingCenters(views: readonly ViewPeaks[], settings: TripletSettings): Peak[] {
  const distance = ({ transform }: ViewPeaks) => Math.abs(Math.log(transform.scale));
  const nearest = Math.min(...views.map(distance));
  return views.filter((view) => distance(view) === nearest).flatMap((view) => viewCenters(view, settings));
}

/** The proposals of one view, best first, in pixels of the original image. */
export function viewPairs(
  { topLeft, bottomRight, transform }: ViewPeaks,
  settings: TripletSettings,
): PlacedPair[] {
  return pairCorners(topLeft, bottomRight, settings).flatMap((pair) => placePair(pair, transform) ?? []);
}

/** The centers of one view, best first, in pixels of the original image. */
export function viewCenters({ center, transform }: ViewPeaks, { softNms }: TripletSettings): Peak[] {
  const clipped = softNms.reproduceReference !== true;
  return center.map((peak) => placeCenter(peak, transform, clipped));
}

/** The pairs that a center confirms: class by class, the best of each class first. */
export function confirmPairs(
  pairs: readonly PlacedPair[],
  centers: readonly Peak[],
  { centralRegion }: Pick<TripletSettings, "centralRegion"> = {},
): Triplet[] {
  const triplets = pairs.flatMap((pair) => confirmPair(pair, centers, centralRegion) ?? []);
  return triplets.sort((a, b) => a.class - b.class || b.score - a.score);
}

/** A triplet whose score a better one of its class lowered, or that was dropped for it. */
export interface LoweredTriplet {
  readonly triplet: Triplet;
  readonly by: Triplet;
  /** Intersection over union of their boxes. */
  readonly overlap: number;
  /** What the score was multiplied with. */
  readonly weight: number;
  readonly isDropped: boolean;
}

/** Applies soft-NMS to each class on its own. */
export function suppressTriplets(
  triplets: readonly Triplet[],
  { softNms: suppression }: TripletSettings,
  trace?: LoweredTriplet[],
): DetectedTriplet[] {
  const classes = [...new Set(triplets.map((triplet) => triplet.class))];
  return classes.flatMap((index) => {
    const ofClass = triplets.filter((triplet) => triplet.class === index);
    const rows = ofClass.map((triplet) => ({
      ...triplet.box,
      score: triplet.score,
      topLeftScore: triplet.topLeft.score,
      bottomRightScore: triplet.bottomRight.score,
    }));
    const lowered: LoweredRow[] | undefined = trace && [];
    const { boxes } = softNms(rows, suppression, lowered);
    for (const { source, by, ...how } of lowered ?? []) {
      trace?.push({ triplet: ofClass[source], by: ofClass[by], ...how });
    }
    return boxes.map(({ x1, y1, x2, y2, score, source }) => {
      return { x1, y1, x2, y2, score, triplet: ofClass[source] };
    });
  });
}

/** The best boxes of all classes, in their given order. */
export function bestTriplets(
  boxes: readonly DetectedTriplet[],
  { maxBoxes }: TripletSettings,
): readonly DetectedTriplet[] {
  if (boxes.length <= maxBoxes) return boxes;
  const threshold = boxes.map(({ score }) => score).sort((a, b) => b - a)[maxBoxes - 1];
  return boxes.filter(({ score }) => score >= threshold);
}
