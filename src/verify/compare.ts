import type { Tolerance } from "./caseDescription.ts";

/** Expected numbers: a whole tensor, or its elements at `positions`. `std` is the whole tensor's. */
export interface Expected {
  readonly values: ArrayLike<number>;
  readonly positions?: Int32Array;
  readonly std?: number;
}

/**
 * The differences in the tolerance's own measure: `spread` (divided by the expected tensor's standard deviation)
 * or `absolute`.
 */
export interface Comparison {
  readonly measure: "spread" | "absolute";
  readonly largest: number;
  /** Root mean square. */
  readonly rms: number;
  /** Max ratio of a difference to its tolerance, over all stated measures. A value up to 1 passes. */
  readonly ratio: number;
  readonly pass: boolean;
  /** The element with the max ratio of difference to limit; undefined for an empty tensor. */
  readonly worst?: Element;
}

export interface Element {
  /** Flat index in the layout of the expected tensor. */
  readonly index: number;
  readonly expected: number;
  readonly got: number;
}

/** For integers: no difference allowed. */
export const EXACT: Tolerance = { absolute: 0 };

export function statesMeasure({ spread, spreadRms, absolute, relative }: Tolerance): boolean {
  return [spread, spreadRms, absolute, relative].some((limit) => limit !== undefined);
}

/**
 * Compares a tensor with the expected numbers. `got` is the whole tensor in the expected one's layout. NaN or
 * infinity in place of another number counts as an infinite difference.
 */
export function compare(expected: Expected, got: ArrayLike<number>, tolerance: Tolerance): Comparison {
  const { values, positions } = expected;
  const usesSpread = tolerance.spread !== undefined || tolerance.spreadRms !== undefined;
  const unit = usesSpread ? (expected.std ?? standardDeviation(values)) : 1;
  let largest = 0;
  let squares = 0;
  let ratio = 0;
  let worst: Element | undefined;
  let worstDifference = -1;
  for (let i = 0; i < values.length; i++) {
    const index = positions ? positions[i] : i;
    const off = difference(values[i], got[index]);
    const elementRatio = quotient(off, elementLimit(values[i], unit, tolerance));
    if (elementRatio > ratio || (elementRatio === ratio && off > worstDifference)) {
      ratio = elementRatio;
      worstDifference = off;
      worst = { index, expected: values[i], got: got[index] };
    }
    largest = Math.max(largest, off);
    squares += off * off;
  }
  const rms = values.length === 0 ? 0 : Math.sqrt(squares / values.length);
  const rmsLimit = tolerance.spreadRms === undefined ? Number.POSITIVE_INFINITY : tolerance.spreadRms * unit;
  ratio = Math.max(ratio, quotient(rms, rmsLimit));
  return {
    measure: usesSpread ? "spread" : "absolute",
    largest: quotient(largest, unit),
    rms: quotient(rms, unit),
    ratio,
    pass: ratio <= 1,
    worst,
  };
}

function elementLimit(expected: number, std: number, { spread, absolute, relative }: Tolerance): number {
  const bySpread = spread === undefined ? Number.POSITIVE_INFINITY : spread * std;
  if (absolute === undefined && relative === undefined) return bySpread;
  return Math.min(bySpread, (absolute ?? 0) + (relative ?? 0) * Math.abs(expected));
}

/** NaN or infinity in place of another number is infinitely far. */
export function difference(expected: number, got: number): number {
  if (Object.is(expected, got)) return 0;
  const off = Math.abs(expected - got);
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
}

/** The ratio of a difference to its limit: 0 without a difference, infinite if the limit is 0. */
export function quotient(off: number, limit: number): number {
  if (off === 0) return 0;
  return Number.isFinite(off) ? off / limit : Number.POSITIVE_INFINITY;
}

/** Standard deviation of the population, in float64. Plain loops, because maps have millions of numbers. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
