import type { Tensor } from "../tensor.ts";
import { type Ranked, topK } from "./topK.ts";
import { windowMaximum } from "./windowMaximum.ts";

/** The original's `PEAK_EPSILON`. */
const PEAK_TOLERANCE = Math.fround(1e-6);

/**
 * The `k` best peaks of a heatmap of probabilities (Zhou et al., arXiv:1904.07850, section 4; Object
 * Detection API: `top_k_feature_map_locations`): cells closer than 1e-6 to the largest of the `kernel` ×
 * `kernel` window around them; everything else ranks as 0, and does so after the peaks in its order. With a
 * kernel of 1 or 0 every cell is a peak. `start` and `step` select elements as in `topK`.
 */
export function topPeaks(heatmap: Tensor, k: number, kernel: number, start = 0, step = 1): Ranked {
  if (kernel <= 1) return topK(heatmap.data, k, start, step);
  return topK(heatmap.data, k, start, step, (element) => {
    return Math.fround(windowMaximum(heatmap, kernel, element) - heatmap.data[element]) < PEAK_TOLERANCE;
  });
}
