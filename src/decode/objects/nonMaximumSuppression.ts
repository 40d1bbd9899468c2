import type { BatchNonMaxSuppression } from "../../centerNetProto.ts";

/**
 * Greedy non-maximum suppression, class by class (Object Detection API: `multiclass_non_max_suppression`):
 * the rows that stay, best first, of equal scores the lower class first, then the lower row. Boxes without
 * area suppress nothing and are dropped at the end. `boxes` are rows of (ymin, xmin, ymax, xmax).
 */
export function nonMaximumSuppression(
  boxes: Float32Array,
  scores: Float32Array,
  classes: Int32Array,
  settings: BatchNonMaxSuppression,
): Int32Array {
  const threshold = Math.fround(settings.scoreThreshold);
  const rows = Array.from(scores, (_, row) => row)
    .filter((row) => scores[row] > threshold)
    .sort((a, b) => scores[b] - scores[a] || classes[a] - classes[b] || a - b);
  const kept: number[] = [];
  const perClass = new Map<number, number>();
  for (const row of rows) {
    const ofClass = perClass.get(classes[row]) ?? 0;
    if (ofClass >= settings.maxDetectionsPerClass) continue;
    const isSuppressed = kept.some((better) => {
      return (
        classes[better] === classes[row] && overlap(boxes, better, row) > Math.fround(settings.iouThreshold)
      );
    });
    if (isSuppressed) continue;
    kept.push(row);
    perClass.set(classes[row], ofClass + 1);
  }
  const withArea = kept.filter((row) => area(boxes, row) > 0);
  return Int32Array.from(withArea.slice(0, settings.maxTotalDetections));
}

/** Intersection over union of two boxes, 0 where one has no area; rounded to float32 as the original. */
function overlap(boxes: Float32Array, a: number, b: number): number {
  const sides = [0, 1].map((axis) => {
    const start = Math.max(boxes[a * 4 + axis], boxes[b * 4 + axis]);
    const end = Math.min(boxes[a * 4 + 2 + axis], boxes[b * 4 + 2 + axis]);
    return Math.fround(Math.max(end - start, 0));
  });
  const shared = Math.fround(sides[0] * sides[1]);
  const union = Math.fround(Math.fround(area(boxes, a) + area(boxes, b)) - shared);
  return shared === 0 ? 0 : Math.fround(shared / union);
}

function area(boxes: Float32Array, row: number): number {
  const [ymin, xmin, ymax, xmax] = boxes.subarray(row * 4, row * 4 + 4);
  return Math.fround(Math.fround(ymax - ymin) * Math.fround(xmax - xmin));
}
