/** Precision over recall, read from an evaluation's arrays. */
import type { Evaluation } from "../evaluate.ts";
import { categoryNames } from "./byImage.ts";

export interface PrecisionCurves {
  readonly recall: readonly number[];
  readonly iouThresholds: readonly number[];
  readonly names: readonly string[];
  /** [threshold][recall point]: the mean over the classes that have truth; -1 if none has. */
  readonly mean: Float64Array;
  /** [category][threshold][recall point]; -1 for a class without truth. */
  readonly categories: Float64Array;
}

/** The curves over all areas (the range `all`, or else the first), at the highest limit of detections. */
export function precisionCurves({ parameters, precision, arranged }: Evaluation): PrecisionCurves {
  const { iouThresholds, recallThresholds, categoryIds, areas, maxDetections } = parameters;
  const [T, R, K] = [iouThresholds.length, recallThresholds.length, categoryIds.length];
  const [A, M] = [areas.length, maxDetections.length];
  const a = Math.max(
    0,
    areas.findIndex(({ label }) => label === "all"),
  );
  const mean = new Float64Array(T * R).fill(-1);
  const categories = new Float64Array(K * T * R);
  for (let t = 0; t < T; t++) {
    for (let r = 0; r < R; r++) {
      let [sum, count] = [0, 0];
      for (let k = 0; k < K; k++) {
        const value = precision[(((t * R + r) * K + k) * A + a) * M + M - 1];
        categories[(k * T + t) * R + r] = value;
        if (value < 0) continue;
        sum += value;
        count++;
      }
      if (count > 0) mean[t * R + r] = sum / count;
    }
  }
  return { recall: recallThresholds, iouThresholds, names: categoryNames(arranged), mean, categories };
}
