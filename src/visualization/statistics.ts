/** What the numbers of a layer, of one of its channels or of a variable are like. */
import type { Tensor } from "../tensor.ts";

/** Of all numbers; min, max, mean and deviation of the finite ones, NaN if there are none. */
export interface Statistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The standard deviation σ of the numbers themselves: the root of the mean squared distance from the mean. */
  readonly deviation: number;
  /** Numbers that are exactly 0. */
  readonly zeros: number;
  readonly nan: number;
  /** Infinities of either sign. */
  readonly infinite: number;
}

/** Every `step`-th number from `first` on: a channel of a map, if `step` is the number of channels. */
export interface Part {
  readonly first: number;
  readonly step: number;
}

const ALL: Part = { first: 0, step: 1 };

/** Two passes, so that a deviation that is small beside the mean is not lost in rounding. */
export function statisticsOf(numbers: ArrayLike<number>, { first, step }: Part = ALL): Statistics {
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  let [zeros, nan, infinite, count] = [0, 0, 0, 0];
  for (let i = first; i < numbers.length; i += step) {
    const value = numbers[i];
    count++;
    if (value - value !== 0) {
      if (Number.isNaN(value)) nan++;
      else infinite++;
      continue;
    }
    if (value === 0) zeros++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const finite = count - nan - infinite;
  if (finite === 0) {
    const none = Number.NaN;
    return { count, min: none, max: none, mean: none, deviation: none, zeros, nan, infinite };
  }
  const mean = sum / finite;
  let squares = 0;
  for (let i = first; i < numbers.length; i += step) {
    const distance = numbers[i] - mean;
    if (distance - distance === 0) squares += distance * distance;
  }
  return { count, min, max, mean, deviation: Math.sqrt(squares / finite), zeros, nan, infinite };
}

/** The statistics of each channel of a map, in their order. */
export function channelStatistics({ shape, data }: Tensor): Statistics[] {
  const channels = shape[3];
  return Array.from({ length: channels }, (_, first) => statisticsOf(data, { first, step: channels }));
}

export interface Histogram {
  /** The bins' range, divided into equal parts. The last bin includes `max`. */
  readonly min: number;
  readonly max: number;
  /** How many numbers lie in each bin. */
  readonly counts: readonly number[];
  /** Numbers outside the range, infinities included. */
  readonly below: number;
  readonly above: number;
  readonly nan: number;
}

export interface HistogramOptions {
  /** Default: 64. */
  readonly bins?: number;
  /** Default: those of the finite numbers. */
  readonly min?: number;
  readonly max?: number;
}

/** If all numbers are the same, they lie in the first bin. */
export function histogramOf(numbers: ArrayLike<number>, options: HistogramOptions = {}): Histogram {
  const { bins = 64 } = options;
  const known = options.min !== undefined && options.max !== undefined;
  const found = known ? undefined : statisticsOf(numbers);
  const min = options.min ?? found?.min ?? Number.NaN;
  const max = options.max ?? found?.max ?? Number.NaN;
  const counts = new Array<number>(bins).fill(0);
  const scale = max > min ? bins / (max - min) : 0;
  let [below, above, nan] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (Number.isNaN(value)) nan++;
    else if (value < min) below++;
    else if (value > max) above++;
    else counts[Math.min(bins - 1, Math.floor((value - min) * scale))]++;
  }
  return { min, max, counts, below, above, nan };
}

/**
 * The finite numbers below which these parts of all finite numbers lie, from 0 to 1: 0.5 gives the median, the lower
 * one of two. NaN if there are none.
 */
export function quantilesOf(numbers: ArrayLike<number>, parts: readonly number[]): number[] {
  const finite = Float32Array.from(numbers).filter((value) => value - value === 0);
  // Typed arrays are sorted by value.
  finite.sort();
  return parts.map((part) => finite[Math.round(part * (finite.length - 1))] ?? Number.NaN);
}
