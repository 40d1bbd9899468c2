import type { DroppedRow } from "../centerTrace.ts";
import type { ObjectCenters } from "./objectCenters.ts";
import type { BatchNonMaxSuppression, DecodeSettings } from "./settings.ts";

/**
 * Greedy non-maximum suppression, class by class (Object Detection API: `multiclass_non_max_suppression`).
 * Boxes without area suppress nothing and are dropped at the end. `boxes` holds rows of (ymin, xmin, ymax,
 * xmax).
 *
 * The rows that are dropped are added to `trace`, if there is one.
 *
 * @returns the rows that are kept, best first. Of equal scores the lower class comes first, then the lower
 *   row.
 */
export function nonMaximumSuppression(
  boxes: Float32Array,
  scores: Float32Array,
  classes: Int32Array,
  settings: BatchNonMaxSuppression,
  trace?: Map<number, DroppedRow>,
): Int32Array {
  const threshold = Math.fround(settings.scoreThreshold);
  const rows = Array.from(scores, (_, row) => row)
    .filter((row) => scores[row] > threshold)
    .sort((a, b) => scores[b] - scores[a] || classes[a] - classes[b] || a - b);
  const kept: number[] = [];
  const perClass = new Map<number, number>();
  for (const row of rows) {
    const ofClass = perClass.get(classes[row]) ?? 0;
    if (ofClass >= settings.maxDetectionsPerClass) {
      trace?.set(row, { outcome: "limit" });
      continue;
    }
    const by = kept.find((better) => {
      return (
        classes[better] === classes[row] && overlap(boxes, better, row) > Math.fround(settings.iouThreshold)
      );
    });
    if (by !== undefined) {
      trace?.set(row, { outcome: "suppressed", suppression: { by, overlap: overlap(boxes, by, row) } });
      continue;
    }
    kept.push(row);
    perClass.set(classes[row], ofClass + 1);
  }
  const withArea = kept.filter((row) => area(boxes, row) > 0);
  if (trace) {
    for (const row of scores.keys()) if (!(scores[row] > threshold)) trace.set(row, { outcome: "threshold" });
    for (const row of kept) if (!(area(boxes, row) > 0)) trace.set(row, { outcome: "noArea" });
    for (const row of withArea.slice(settings.maxTotalDetections)) trace.set(row, { outcome: "limit" });
  }
  return Int32Array.from(withArea.slice(0, settings.maxTotalDetections));
}

/** Intersection over union of two boxes, rounded to float32 like the original. 0 if one has no area. */
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

/** Rows in the order of their centers' scores. The first `peakCount` are peaks. */
export interface ObjectRows {
  readonly centers: Pick<ObjectCenters, "candidates" | "classes">;
  readonly peakCount: number;
  /** (ymin, xmin, ymax, xmax), fractions of the image. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
}

/**
 * The rows that are detections: those of the peaks or, if the settings ask for it, those that non-maximum
 * suppression keeps, in its order. Suppression ranks rows by their centers' scores, even if keypoints
 * rescored them.
 */
export function detectedRows(
  { centers, boxes, scores, peakCount }: ObjectRows,
  { postProcessing }: DecodeSettings,
  trace?: Map<number, DroppedRow>,
): { readonly detected: Int32Array; readonly scores: Float32Array } {
  const detected = Int32Array.from({ length: peakCount }, (_, row) => row);
  if (!postProcessing) return { detected, scores };
  const peakScores = centers.candidates.scores;
  const rows = nonMaximumSuppression(
    boxes.subarray(0, peakCount * 4),
    peakScores.subarray(0, peakCount),
    centers.classes,
    postProcessing.batchNonMaxSuppression,
    trace,
  );
  return { detected: rows, scores: peakScores };
}
