import type { Tensor } from "../tensor.ts";
import { type Ranked, topK } from "./topK.ts";

/** The original's `PEAK_EPSILON`. */
const PEAK_TOLERANCE = Math.fround(1e-6);

/**
 * The `k` best peaks of a heatmap of probabilities (Zhou et al., arXiv:1904.07850, section 4; Object
 * Detection API: `top_k_feature_map_locations`): cells closer than 1e-6 to the largest of the `kernel` ×
 * `kernel` window around them; everything else ranks as 0, and does so after the peaks in its order. Cells
 * outside of the map do not count; an even window reaches one cell further down and to the right; with a
 * kernel of 1 or 0 every cell is a peak. `start` and `step` select elements as in `topK`.
 */
export function topPeaks(heatmap: Tensor, k: number, kernel: number, start = 0, step = 1): Ranked {
  if (kernel <= 1) return topK(heatmap.data, k, start, step);
  return topK(heatmap.data, k, start, step, (element) => isPeak(heatmap, kernel, element));
}

function isPeak({ shape, data }: Tensor, kernel: number, element: number): boolean {
  const [, height, width, channels] = shape;
  const cell = Math.floor(element / channels);
  const before = Math.floor((kernel - 1) / 2);
  const top = Math.floor(cell / width) - before;
  const left = (cell % width) - before;
  let largest = data[element];
  for (let y = Math.max(top, 0); y < Math.min(top + kernel, height); y++) {
    for (let x = Math.max(left, 0); x < Math.min(left + kernel, width); x++) {
      largest = Math.max(largest, data[(y * width + x) * channels + (element % channels)]);
    }
  }
  return Math.fround(largest - data[element]) < PEAK_TOLERANCE;
}
