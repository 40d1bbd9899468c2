import { nonMaximumSuppression } from "./objects/nonMaximumSuppression.ts";
import type { ObjectCenters } from "./objects/objectCenters.ts";
import type { DecodeSettings } from "./objects/settings.ts";

/** Rows in the order of their centres' scores, the first `peakCount` of which are peaks. */
export interface ObjectRows {
  readonly centers: Pick<ObjectCenters, "candidates" | "classes">;
  readonly peakCount: number;
  /** (ymin, xmin, ymax, xmax), fractions of the picture. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
}

/**
 * The rows that are detections: those of the peaks, or, where the settings say so, the ones that non-maximum
 * suppression keeps, in its order. That ranks by the centres' own scores, whatever the keypoints say.
 */
export function detectedRows(
  { centers, boxes, scores, peakCount }: ObjectRows,
  { postProcessing }: DecodeSettings,
): { readonly detected: Int32Array; readonly scores: Float32Array } {
  const detected = Int32Array.from({ length: peakCount }, (_, row) => row);
  if (!postProcessing) return { detected, scores };
  const peakScores = centers.candidates.scores;
  const rows = nonMaximumSuppression(
    boxes.subarray(0, peakCount * 4),
    peakScores.subarray(0, peakCount),
    centers.classes,
    postProcessing.batchNonMaxSuppression,
  );
  return { detected: rows, scores: peakScores };
}
