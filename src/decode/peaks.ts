import type { Tensor } from "../tensor.ts";

/**
 * Zhou et al., arXiv:1904.07850, section 4: a cell is a peak where it is the largest of its neighbourhood.
 *
 *     peak[i] = heatmap[i]  where |heatmap[i] - localMaximum[i]| < tolerance,  else 0
 *
 * `localMaximum` is the heatmap's stride-1 max-pool, of the same shape; the pool's window is the model's. So
 * two neighbours closer than `tolerance` are both peaks. A cell that is NaN is none. Same order as the heatmap.
 */
export function peakScores(heatmap: Tensor, localMaximum: Tensor, tolerance: number): Float32Array {
  return heatmap.data.map((score, i) => {
    const difference = Math.fround(score - localMaximum.data[i]);
    return Math.abs(difference) < tolerance ? score : 0;
  });
}
