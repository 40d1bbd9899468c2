import { type Box, type Detection, SEEN_KEYPOINT } from "../detection.ts";

/** What became of one detection from the first result to the second. */
export interface DetectionDifference {
  /**
   * `matched`: both have it, at the same place and with the same score, as far as rounding goes. `moved`: both have
   * it, but not so. `lost`: only the first has it. `added`: only the second has it.
   */
  readonly outcome: "matched" | "moved" | "lost" | "added";
  readonly a?: Detection;
  readonly b?: Detection;
  /** In pixels: how far the farthest side of the box or seen keypoint has moved. Present if both have it. */
  readonly pixels?: number;
}

/** A rounding error moves a box by far less, and changes its score by far less. */
const MATCHED_PIXELS = 0.1;
const MATCHED_SCORE = 1e-3;

/** Boxes that overlap less are of two objects. */
const MIN_OVERLAP = 0.5;

/**
 * Pairs the detections of two results by class and overlap (the best pairs first), in the first one's order; what is
 * only in the second comes last. Only detections with at least `score` are reported, but their partners may have less:
 * one that has just crossed the limit has moved and is not lost.
 */
export function compareDetections(
  a: readonly Detection[],
  b: readonly Detection[],
  { score = 0 }: { readonly score?: number } = {},
): DetectionDifference[] {
  const partners = pairs(a, b);
  const ofA = a.map((detection) => differenceOf(detection, partners.get(detection)));
  const taken = new Set(partners.values());
  const added = b
    .filter((detection) => !taken.has(detection))
    .map((detection): DetectionDifference => ({ outcome: "added", b: detection }));
  return [...ofA, ...added].filter(
    (difference) => Math.max(difference.a?.score ?? 0, difference.b?.score ?? 0) >= score,
  );
}

function pairs(a: readonly Detection[], b: readonly Detection[]): Map<Detection, Detection> {
  const candidates = a.flatMap((first) =>
    b
      .filter(({ classId }) => classId === first.classId)
      .map((second) => ({ first, second, likeness: likeness(first.box, second.box) }))
      .filter((pair) => pair.likeness >= MIN_OVERLAP),
  );
  candidates.sort((one, other) => other.likeness - one.likeness);
  const partners = new Map<Detection, Detection>();
  const taken = new Set<Detection>();
  for (const { first, second } of candidates) {
    if (partners.has(first) || taken.has(second)) continue;
    partners.set(first, second);
    taken.add(second);
  }
  return partners;
}

function differenceOf(a: Detection, b: Detection | undefined): DetectionDifference {
  if (!b) return { outcome: "lost", a };
  const pixels = Math.max(boxDistance(a.box, b.box), keypointDistance(a, b));
  const isMatched = pixels <= MATCHED_PIXELS && Math.abs(a.score - b.score) <= MATCHED_SCORE;
  return { outcome: isMatched ? "matched" : "moved", a, b, pixels };
}

function boxDistance(a: Box, b: Box): number {
  const sides = ["xmin", "ymin", "xmax", "ymax"] as const;
  return Math.max(...sides.map((side) => Math.abs(a[side] - b[side])));
}

function keypointDistance({ keypoints: of = [] }: Detection, { keypoints: other = [] }: Detection): number {
  const distances = of.map(({ x, y, score }, i) => {
    const isSeen = other[i] !== undefined && Math.max(score, other[i].score) >= SEEN_KEYPOINT;
    return isSeen ? Math.hypot(x - other[i].x, y - other[i].y) : 0;
  });
  return Math.max(0, ...distances);
}

/** Nearer ones are of one object, also if they have no area. */
const NEAR_PIXELS = 1;

/** Intersection over union; from 1 to 2 for boxes that differ by a pixel at most. */
function likeness(a: Box, b: Box): number {
  const distance = boxDistance(a, b);
  if (distance <= NEAR_PIXELS) return 2 - distance;
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (areaOf(a) + areaOf(b) - both);
}

function areaOf({ xmin, ymin, xmax, ymax }: Box): number {
  return (xmax - xmin) * (ymax - ymin);
}
