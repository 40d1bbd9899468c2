import { UsageError } from "../errors.ts";
import { shapeOf, type Tensor, tensor } from "../tensor.ts";

/**
 * Keeps the peaks of a heatmap and sets everything else to 0. A cell is a peak if it is the largest of its
 * neighborhood (Zhou et al., arXiv:1904.07850, section 4):
 *
 *     peak[i] = heatmap[i]  if |heatmap[i] - localMaximum[i]| < tolerance,  else 0
 *
 * `localMaximum` is the heatmap's max-pool of stride 1, of the same shape; the model chooses the pool's
 * window. Two neighbors that differ by less than `tolerance` are both peaks. NaN is never a peak.
 *
 * @returns the scores in the heatmap's own order.
 */
export function suppressNonPeaks(heatmap: Tensor, localMaximum: Tensor, tolerance: number): Float32Array {
  return heatmap.data.map((score, i) => (isNearMaximum(score, localMaximum.data[i], tolerance) ? score : 0));
}

/** The condition of `suppressNonPeaks`. */
export function isNearMaximum(score: number, maximum: number, tolerance: number): boolean {
  return Math.abs(Math.fround(score - maximum)) < tolerance;
}

/** `PEAK_EPSILON` of the Object Detection API. */
export const PEAK_TOLERANCE = Math.fround(1e-6);

export interface PeakSelection {
  /** See `TopPeaksQuery`. Default: `PEAK_TOLERANCE`. */
  readonly tolerance?: number;
  /** Which elements take part, as in `topK`. Default: all. */
  readonly start?: number;
  readonly step?: number;
}

/**
 * The `k` best peaks of a heatmap of probabilities (Zhou et al., arXiv:1904.07850, section 4; Object
 * Detection API: `top_k_feature_map_locations`). An element is a peak if it is the largest of the `kernel` ×
 * `kernel` window around it, or less than the tolerance below the largest. Everything else counts as 0 and
 * follows the peaks in the heatmap's order. With a kernel of 1 or 0 every element is a peak.
 */
export function topPeaks(
  heatmap: Tensor,
  k: number,
  kernel: number,
  { tolerance = PEAK_TOLERANCE, start = 0, step = 1 }: PeakSelection = {},
): Ranked {
  if (kernel <= 1) return topK(heatmap.data, k, start, step);
  return topK(heatmap.data, k, start, step, (element) => isPeak(heatmap, element, kernel, tolerance));
}

/** Whether an element is a peak of its `kernel` × `kernel` window: see `topPeaks`. */
export function isPeak(heatmap: Tensor, element: number, kernel: number, tolerance: number): boolean {
  if (kernel <= 1) return true;
  const own = heatmap.data[element];
  const largest = heatmap.data[largestInWindow(heatmap, element, kernel)];
  return largest === own || Math.fround(largest - own) < tolerance;
}

/** Values in descending order, each with its position in the array they were taken from. */
export interface Ranked {
  readonly scores: Float32Array;
  readonly indices: Int32Array;
}

/**
 * The `k` largest of `values[start]`, `values[start + step]`, … (all of them if there are fewer), with their
 * positions counted in steps. Of equal values the lower position comes first; NaN comes after every number.
 * This is one pass with an insertion for each value that enters the list, which is fast because k is small.
 *
 * A value for which `counts` returns false (given its index in `values`) ranks as 0. `counts` is called only
 * for values that could enter the list, so no value may be negative.
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
 * The largest element of an element's channel in the `kernel` × `kernel` window around its cell; of equal
 * ones itself, else the first. NaN counts as larger than any number. Cells outside the map do not count. An
 * even window reaches one cell further down and to the right.
 */
export function largestInWindow({ shape, data }: Tensor, element: number, kernel: number): number {
  const [, height, width, channels] = shape;
  const cell = Math.floor(element / channels);
  const before = Math.floor((kernel - 1) / 2);
  const top = Math.floor(cell / width) - before;
  const left = (cell % width) - before;
  const channel = element % channels;
  let largest = data[element];
  let at = element;
  for (let y = Math.max(top, 0); y < Math.min(top + kernel, height); y++) {
    for (let x = Math.max(left, 0); x < Math.min(left + kernel, width); x++) {
      const other = (y * width + x) * channels + channel;
      const value = data[other];
      if (!(value > largest || Number.isNaN(value))) continue;
      largest = value;
      at = other;
    }
  }
  return at;
}

/**
 * The largest value of the `kernel` × `kernel` window around each cell, of one channel: [1, height, width, 1]. A peak
 * is a cell that this leaves as it is.
 *
 * @throws UsageError for a channel that the map does not have.
 */
export function windowMaximum(map: Tensor, kernel: number, channel = 0): Tensor {
  const [, height, width, channels] = map.shape;
  if (!(channel >= 0 && channel < channels)) {
    const expected = `one of the ${channels} channels, from 0`;
    throw new UsageError({ where: "windowMaximum", expected, got: `${channel}` });
  }
  const maximum = tensor(shapeOf(height, width, 1));
  for (let cell = 0; cell < maximum.data.length; cell++) {
    maximum.data[cell] = map.data[largestInWindow(map, cell * channels + channel, kernel)];
  }
  return maximum;
}

/**
 * The position of the first largest of `values[start]`, `values[start + step]`, …, counted in steps. NaN is
 * never the largest. So `argMax(map.data, k, channels)` is the flat cell of channel k's maximum.
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
