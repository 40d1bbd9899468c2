import type { Tensor } from "../tensor.ts";

/**
 * Zhou et al., arXiv:1904.07850, section 4: a cell is a peak where it is the largest of its neighborhood.
 *
 *     peak[i] = heatmap[i]  where |heatmap[i] - localMaximum[i]| < tolerance,  else 0
 *
 * `localMaximum` is the heatmap's stride-1 max-pool, of the same shape; the pool's window is the model's. So
 * two neighbors closer than `tolerance` are both peaks. A cell that is NaN is none. Same order as the heatmap.
 */
export function suppressNonPeaks(heatmap: Tensor, localMaximum: Tensor, tolerance: number): Float32Array {
  return heatmap.data.map((score, i) => {
    const difference = Math.fround(score - localMaximum.data[i]);
    return Math.abs(difference) < tolerance ? score : 0;
  });
}

/** The original's `PEAK_EPSILON`. */
export const PEAK_TOLERANCE = Math.fround(1e-6);

export interface PeakSelection {
  /** See `TopPeaksQuery`. Default: the Object Detection API's. */
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

/** Values in descending order, each with its position in the array they were taken from. */
export interface Ranked {
  readonly scores: Float32Array;
  readonly indices: Int32Array;
}

/**
 * The `k` largest among `values[start]`, `values[start + step]`, … (all where there are fewer), their
 * positions counted in steps; of equal ones the lower first, NaN after every number. One pass and an
 * insertion for each value that enters the list: k is small against the map.
 *
 * A value that `counts` refuses (by its index in `values`) ranks as 0; it is asked only of those that could
 * enter the list, so no value may be negative.
 */
export function topK(
  values: Float32Array,
  k: number,
  start = 0,
  step = 1,
  counts: (index: number) => boolean = () => true,
): Ranked {
  const count = Math.ceil(Math.max(values.length - start, 0) / step);
  const size = Math.min(k, count);
  const scores = new Float32Array(size);
  const indices = new Int32Array(size);
  let filled = 0;
  const enters = (value: number) => filled < size || (size > 0 && ranksBefore(value, scores[size - 1]));
  for (let i = 0; i < count; i++) {
    const index = start + i * step;
    if (!enters(values[index])) continue;
    const value = counts(index) ? values[index] : 0;
    if (!enters(value)) continue;
    let rank = Math.min(filled, size - 1);
    for (; rank > 0 && ranksBefore(value, scores[rank - 1]); rank--) {
      scores[rank] = scores[rank - 1];
      indices[rank] = indices[rank - 1];
    }
    scores[rank] = value;
    indices[rank] = i;
    filled = Math.min(filled + 1, size);
  }
  return { scores, indices };
}

function ranksBefore(value: number, other: number): boolean {
  return value > other || (Number.isNaN(other) && !Number.isNaN(value));
}

/**
 * The largest value of an element's channel in the `kernel` × `kernel` window around its cell. Cells outside of
 * the map do not count; an even window reaches one cell further down and to the right.
 */
function windowMaximum({ shape, data }: Tensor, kernel: number, element: number): number {
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
  return largest;
}

/**
 * Position among `values[start]`, `values[start + step]`, … of the first largest, counted in steps; NaN is
 * never the largest. So `argMax(map.data, k, channels)` is the flat cell y · width + x of channel k.
 */
export function argMax(values: Float32Array, start = 0, step = 1): number {
  let largest = Number.NEGATIVE_INFINITY;
  let position = 0;
  for (let i = start; i < values.length; i += step) {
    if (values[i] > largest) {
      largest = values[i];
      position = (i - start) / step;
    }
  }
  return position;
}
