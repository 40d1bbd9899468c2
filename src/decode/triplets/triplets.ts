import type { PeakAnswer, TopPeaksQueries } from "../../backend/peakQuery.ts";
import { confirmPair, type Triplet } from "./centralRegion.ts";
import {
  type CornerOrCenterMaps,
  type CornerOrCenterOutputs,
  heatmapPeakQuery,
  heatmapPeaks,
  heatmapPeaksFrom,
  type Peak,
} from "./heatmapPeaks.ts";
import { type PairSettings, pairCorners } from "./pairCorners.ts";
import { SOFT_NMS, type SoftNmsSettings, softNms } from "./softNms.ts";
import { type PlacedPair, placeCenter, placePair, type ViewTransform } from "./viewTransform.ts";

/** What the network says of one view of the image. Embeddings are part of the corners' maps. */
export interface TripletMaps {
  readonly topLeft: CornerOrCenterMaps;
  readonly bottomRight: CornerOrCenterMaps;
  readonly center: CornerOrCenterMaps;
}

/** Which of the network's outputs they are. */
export type TripletOutputNames = Readonly<Record<keyof TripletMaps, CornerOrCenterOutputs>>;

/** The image at one scale, plain or mirrored, and where it lies in the network's input. */
export interface ViewMaps {
  readonly maps: TripletMaps;
  readonly transform: ViewTransform;
}

/** What is read of a view; its maps are not needed any more. Coordinates in cells, best first. */
export interface ViewPeaks {
  readonly topLeft: readonly Peak[];
  readonly bottomRight: readonly Peak[];
  readonly center: readonly Peak[];
  readonly transform: ViewTransform;
}

export interface TripletSettings extends PairSettings {
  /** Best peaks of each heatmap. */
  readonly peaks: number;
  /** Window of the peaks, in cells. */
  readonly kernel: number;
  readonly softNms: SoftNmsSettings;
  /** Of all classes together; boxes that score like the last of them stay as well. */
  readonly maxBoxes: number;
}

/** Those of the published configurations (config/CenterNet-104.json). */
export const TRIPLET_SETTINGS: TripletSettings = {
  peaks: 70,
  kernel: 3,
  embeddingDistance: 0.5,
  maxPairs: 1000,
  softNms: SOFT_NMS,
  maxBoxes: 100,
};

/** Of the published configurations for several scales: overlapping boxes are merged, with this exponent. */
export const MULTI_SCALE_SOFT_NMS: SoftNmsSettings = { ...SOFT_NMS, mergeExponent: 10 };

/** What is left of all views' pairs after each step. */
export interface DecodedTriplets {
  readonly confirmed: readonly Triplet[];
  /** By soft-NMS; with `reproduceReference` all of them. */
  readonly kept: readonly DetectedTriplet[];
  /** The best of all classes. */
  readonly boxes: readonly DetectedTriplet[];
}

/** A triplet as it is detected: soft-NMS may have lowered its score and merged its box with others. */
export interface DetectedTriplet {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly triplet: Triplet;
}

export function viewPeaks({ maps, transform }: ViewMaps, { peaks, kernel }: TripletSettings): ViewPeaks {
  return {
    topLeft: heatmapPeaks(maps.topLeft, peaks, kernel),
    bottomRight: heatmapPeaks(maps.bottomRight, peaks, kernel),
    center: heatmapPeaks(maps.center, peaks, kernel),
    transform,
  };
}

/** What `viewPeaksFound` needs of the outputs. */
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

/** As `viewPeaks`, from the answer to `viewPeakRequest` alone. */
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
 * Duan et al., arXiv:1904.08189, as test/coco.py of the reference runs it: the corner pairs of all views (the
 * image and its mirror image, at one scale or several) are joined, those that a center confirms stay, and
 * overlapping ones of a class are weakened.
 */
export function decodeTriplets(views: readonly ViewPeaks[], settings: TripletSettings): DecodedTriplets {
  const pairs = views.flatMap((view) => viewPairs(view, settings));
  const confirmed = confirmPairs(pairs, confirmingCenters(views, settings));
  const kept = suppressTriplets(confirmed, settings);
  return { confirmed, kept, boxes: bestTriplets(kept, settings) };
}

/**
 * The centers that may confirm pairs of all views: those at scale 1 alone, as in the reference, or, where it
 * is not among the scales, at the one that is nearest to it. Plain views come before mirrored ones.
 */
export function confirmingCenters(views: readonly ViewPeaks[], settings: TripletSettings): Peak[] {
  const distance = ({ transform }: ViewPeaks) => Math.abs(Math.log(transform.scale));
  const nearest = Math.min(...views.map(distance));
  return views.filter((view) => distance(view) === nearest).flatMap((view) => viewCenters(view, settings));
}

/** The proposals of one view, in pixels of the original image, best first. */
export function viewPairs(
  { topLeft, bottomRight, transform }: ViewPeaks,
  settings: TripletSettings,
): PlacedPair[] {
  return pairCorners(topLeft, bottomRight, settings).flatMap((pair) => placePair(pair, transform) ?? []);
}

/** The centers of one view, in pixels of the original image, best first. */
export function viewCenters({ center, transform }: ViewPeaks, { softNms }: TripletSettings): Peak[] {
  const clipped = softNms.reproduceReference !== true;
  return center.map((peak) => placeCenter(peak, transform, clipped));
}

/** Class by class, best first. */
export function confirmPairs(pairs: readonly PlacedPair[], centers: readonly Peak[]): Triplet[] {
  const triplets = pairs.flatMap((pair) => confirmPair(pair, centers) ?? []);
  return triplets.sort((a, b) => a.class - b.class || b.score - a.score);
}

/** Soft-NMS of each class, class by class. */
export function suppressTriplets(
  triplets: readonly Triplet[],
  { softNms: suppression }: TripletSettings,
): DetectedTriplet[] {
  const classes = [...new Set(triplets.map((triplet) => triplet.class))];
  return classes.flatMap((wanted) => {
    const ofClass = triplets.filter((triplet) => triplet.class === wanted);
    const rows = ofClass.map((triplet) => ({
      ...triplet.box,
      score: triplet.score,
      topLeftScore: triplet.topLeft.score,
      bottomRightScore: triplet.bottomRight.score,
    }));
    return softNms(rows, suppression).boxes.map(({ x1, y1, x2, y2, score, source }) => {
      return { x1, y1, x2, y2, score, triplet: ofClass[source] };
    });
  });
}

/** The best of all classes, in their order. */
export function bestTriplets(
  boxes: readonly DetectedTriplet[],
  { maxBoxes }: TripletSettings,
): readonly DetectedTriplet[] {
  if (boxes.length <= maxBoxes) return boxes;
  const threshold = boxes.map(({ score }) => score).sort((a, b) => b - a)[maxBoxes - 1];
  return boxes.filter(({ score }) => score >= threshold);
}
