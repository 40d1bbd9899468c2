/** Logarithmic scales of whole decades, for numbers that differ by orders of magnitude. */

/** From 10^bottom to 10^top. */
export interface LogScale {
  readonly bottom: number;
  readonly top: number;
}

const MAX_DECADES = 12;
const EMPTY: LogScale = { bottom: -8, top: 0 };

/** Whole decades around every positive, finite number; those far below the largest are cut off. */
export function logScale(values: readonly number[]): LogScale {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!(value > 0 && Number.isFinite(value))) continue;
    smallest = Math.min(smallest, Math.log10(value));
    largest = Math.max(largest, Math.log10(value));
  }
  if (smallest > largest) return EMPTY;
  const top = Math.floor(largest) + 1;
  return { bottom: Math.max(Math.ceil(smallest) - 1, top - MAX_DECADES), top };
}

/** How high a number lies, from 0 to 1. 0 and less lie at the bottom, infinity and NaN at the top. */
export function shareOfScale(value: number, { bottom, top }: LogScale): number {
  if (value <= 0) return 0;
  if (!Number.isFinite(value)) return 1;
  return Math.min(1, Math.max(0, (Math.log10(value) - bottom) / (top - bottom)));
}
