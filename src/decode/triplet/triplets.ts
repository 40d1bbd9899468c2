import { confirmPair, type Triplet } from "./centralRegion.ts";
import { heatmapPeaks, type KeypointMaps, type Peak } from "./heatmapPeaks.ts";
import { type PairSettings, pairCorners } from "./pairCorners.ts";
import { type PlacedPair, type Placement, placeCenter, placePair } from "./placement.ts";
import { SOFT_NMS, type SoftNmsSettings, softNms } from "./softNms.ts";

/** What the network says of one view of the picture. Embeddings are part of the corners' maps. */
export interface TripletMaps {
  readonly topLeft: KeypointMaps;
  readonly bottomRight: KeypointMaps;
  readonly center: KeypointMaps;
}

/** The picture at one scale, plain or mirrored, and where it lies in the network's input. */
export interface TripletView {
  readonly maps: TripletMaps;
  readonly placement: Placement;
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

/** A triplet as it is detected: soft-NMS may have lowered its score and merged its box with others. */
export interface DetectedTriplet {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly triplet: Triplet;
}

/**
 * Duan et al., arXiv:1904.08189, as test/coco.py of the reference runs it: the corner pairs of all views (the
 * picture and its mirror image, at one scale or several) are joined, those that a center confirms stay, and
 * overlapping ones of a class are weakened. Centers are taken from scale 1 alone.
 */
export function decodeTriplets(views: readonly TripletView[], settings: TripletSettings): DetectedTriplet[] {
  const pairs = views.flatMap((view) => viewPairs(view, settings));
  const ofScale1 = views.filter(({ placement }) => placement.scale === 1);
  const centers = ofScale1.flatMap((view) => viewCenters(view, settings));
  return suppressTriplets(confirmPairs(pairs, centers), settings);
}

/** The proposals of one view, in pixels of the original picture, best first. */
export function viewPairs({ maps, placement }: TripletView, settings: TripletSettings): PlacedPair[] {
  const topLeft = heatmapPeaks(maps.topLeft, settings.peaks, settings.kernel);
  const bottomRight = heatmapPeaks(maps.bottomRight, settings.peaks, settings.kernel);
  return pairCorners(topLeft, bottomRight, settings).flatMap((pair) => placePair(pair, placement) ?? []);
}

/** The centers of one view, in pixels of the original picture, best first. */
export function viewCenters({ maps, placement }: TripletView, settings: TripletSettings): Peak[] {
  const clipped = settings.softNms.asReference !== true;
  const centers = heatmapPeaks(maps.center, settings.peaks, settings.kernel);
  return centers.map((center) => placeCenter(center, placement, clipped));
}

/** Class by class, best first. */
export function confirmPairs(pairs: readonly PlacedPair[], centers: readonly Peak[]): Triplet[] {
  const triplets = pairs.flatMap((pair) => confirmPair(pair, centers) ?? []);
  return triplets.sort((a, b) => a.class - b.class || b.score - a.score);
}

/** Soft-NMS of each class, then the best of all classes, class by class. */
export function suppressTriplets(
  triplets: readonly Triplet[],
  { softNms: suppression, maxBoxes }: TripletSettings,
): DetectedTriplet[] {
  const classes = [...new Set(triplets.map((triplet) => triplet.class))];
  const boxes = classes.flatMap((wanted) => {
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
  if (boxes.length <= maxBoxes) return boxes;
  const threshold = boxes.map(({ score }) => score).sort((a, b) => b - a)[maxBoxes - 1];
  return boxes.filter(({ score }) => score >= threshold);
}
