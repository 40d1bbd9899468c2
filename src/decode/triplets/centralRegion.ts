import type { Peak } from "./heatmapPeaks.ts";
import type { PixelBox, PlacedPair } from "./viewTransform.ts";

/** A keypoint triplet: a pair of corners that a center confirms. */
export interface Triplet extends PlacedPair {
  readonly center: Peak;
  readonly class: number;
}

/** Boxes up to this area (150², in square pixels of the original image) are small. */
const MAX_SMALL_AREA = 22_500;

/**
 * The central region of a box (Duan et al., arXiv:1904.08189, section 3.2 and equation 1): the middle third
 * of a small box, the middle fifth of any other.
 *
 *     x1' = ((n + 1) x1 + (n - 1) x2) / 2n,  x2' = ((n - 1) x1 + (n + 1) x2) / 2n;  n = 3 or 5
 *
 * A small box gets the larger share so that recall does not suffer; a large box gets the smaller share for
 * precision.
 */
export function centralRegion({ x1, y1, x2, y2 }: PixelBox): PixelBox {
  const area = Math.fround(Math.fround(x2 - x1) * Math.fround(y2 - y1));
  const n = area <= MAX_SMALL_AREA ? 3 : 5;
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
export function confirmPair(pair: PlacedPair, centers: readonly Peak[]): Triplet | undefined {
  const region = centralRegion(pair.box);
  const center = centers.find((candidate) => {
    return candidate.class === pair.topLeft.class && isInside(candidate, region);
  });
  if (!center) return undefined;
  const score = Math.fround(Math.fround(Math.fround(2 * pair.score) + center.score) / 3);
  return { ...pair, center, class: center.class, score };
}

function isInside({ x, y }: Peak, { x1, y1, x2, y2 }: PixelBox): boolean {
  return x > x1 && x < x2 && y > y1 && y < y2;
}
