import type { Tensor } from "../tensor.ts";
import { type Ranked, topK } from "./topK.ts";
import { windowMaximum } from "./windowMaximum.ts";

/** The original's `PEAK_EPSILON`. */
export const PEAK_TOLERANCE = Math.fround(1e-6);

export interface PeakSelection {
  /** See `PeakFind`. Default: the Object Detection API's. */
  readonly tolerance?: number;
  /** Select elements as in `topK`. */
  readonly start?: number;
  readonly step?: number;
}

/**
 * The `k` best peaks of a heatmap of probabilities (Zhou et al., arXiv:1904.07850, section 4; Object
 * Detection API: `top_k_feature_map_locations`): cells that are the largest of the `kernel` × `kernel` window
 * around them, or closer to it than the tolerance; everything else ranks as 0, and does so after the peaks in
 * its order. With a kernel of 1 or 0 every cell is a peak.
 */
export function topPeaks(
  heatmap: Tensor,
  k: number,
  kernel: number,
  { tolerance = PEAK_TOLERANCE, start = 0, step = 1 }: PeakSelection = {},
): Ranked {
  if (kernel <= 1) return topK(heatmap.data, k, start, step);
  return topK(heatmap.data, k, start, step, (element) => {
    const own = heatmap.data[element];
    const largest = windowMaximum(heatmap, kernel, element);
    return largest === own || Math.fround(largest - own) < tolerance;
  });
}
