import type { Peak } from "./heatmapPeaks.ts";
import type { PixelBox, PlacedPair } from "./viewTransform.ts";

/** A keypoint triplet: a pair of corners that a center confirms. */
export interface Triplet extends PlacedPair {
  readonly center: Peak;
  readonly class: number;
}

/** How large a part of its box the central region is. */
export interface CentralRegionSettings {
  /** Boxes up to this area are small, in square pixels of the original image. */
  readonly smallArea: number;
  /** The region of a small box is the middle one of this many parts, along each side. An odd number. */
  readonly smallParts: number;
  /** The same for all other boxes. */
  readonly largeParts: number;
}

/** As published: small is up to 150². */
export const CENTRAL_REGION: CentralRegionSettings = { smallArea: 22_500, smallParts: 3, largeParts: 5 };

/**
 * The central region of a box (Duan et al., arXiv:1904.08189, section 3.2 and equation 1): by default the
 * middle third of a small box, the middle fifth of any other.
 *
 *     x1' = ((n + 1) x1 + (n - 1) x2) / 2n,  x2' = ((n - 1) x1 + (n + 1) x2) / 2n;  n parts
 *
 * A small box gets the larger share so that recall does not suffer; a large box gets the smaller share for
 * precision.
 */
export function centralRegion(
  { x1, y1, x2, y2 }: PixelBox,
  { smallArea, smallParts, largeParts } = CENTRAL_REGION,
): PixelBox {
  const area = Math.fround(Math.fround(x2 - x1) * Math.fround(y2 - y1));
  const n = area <= smallArea ? smallParts : largeParts;
  const near = (n + 1) / 2;
  const far = (n - 1) / 2;
  const between = (a: number, b: number) => {
    return Math.fround(Math.fround(Math.fround(near * a) + Math.fround(far * b)) / n);
  };
  return { x1: between(x1, x2), y1: between(y1, y2), x2: between(x2, x1), y2: between(y2, y1) };
}

/**
 * Confirms a pair by the first of `centers` that has its class and lies inside its central region (not on the
 * edge). The triplet's score is the mean of its three keypoints' scores.
 *
 * @returns undefined if there is no such center.
 */
export function confirmPair(
  pair: PlacedPair,
  centers: readonly Peak[],
  settings = CENTRAL_REGION,
): Triplet | undefined {
  const region = centralRegion(pair.box, settings);
  const center = centers.find((candidate) => {
    return candidate.class === pair.topLeft.class && isInside(candidate, region);
  });
  if (!center) return undefined;
  const score = Math.fround(Math.fround(Math.fround(2 * pair.score) + center.score) / 3);
  return { ...pair, center, class: center.class, score };
}

/** Whether a point lies in a region, not on its edge. */
export function isInside(
  { x, y }: { readonly x: number; readonly y: number },
  { x1, y1, x2, y2 }: PixelBox,
): boolean {
  return x > x1 && x < x2 && y > y1 && y < y2;
}
