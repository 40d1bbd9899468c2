import { UsageError } from "../errors.ts";
import { formatShape, positionOf, sameShape } from "../tensor.ts";
import { compare, standardDeviation } from "../verify/compare.ts";

/** A map [1, height, width, channels]; the numbers of a dump may be float64. */
export interface NumberTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** How far one tensor is from another, in standard deviations of the second. */
export interface TensorDifference {
  /** The largest difference. Infinite if only one of two numbers is finite, or if the second tensor is constant. */
  readonly max: number;
  /** The root mean square of all differences. */
  readonly rms: number;
  /** The standard deviation of the second tensor, which is 1 in the two numbers above. */
  readonly std: number;
  /** The element that differs most. Absent if no number differs. */
  readonly worst?: WorstElement;
}

export interface WorstElement {
  /** Flat, row-major. */
  readonly index: number;
  /** One per axis: [0, row, column, channel]. */
  readonly position: readonly number[];
  readonly a: number;
  readonly b: number;
}

/**
 * Compares two tensors of the same shape, number by number. NaN equals NaN, and each infinity itself.
 *
 * @throws UsageError if the shapes differ.
 */
export function compareTensors(a: NumberTensor, b: NumberTensor): TensorDifference {
  if (!sameShape(a.shape, b.shape)) {
    const expected = `two tensors of one shape, here ${formatShape(a.shape)}`;
    throw new UsageError({ where: "compareTensors", expected, got: formatShape(b.shape) });
  }
  const std = deviationOfFinite(b.data);
  const { largest, rms, worst } = compare({ values: b.data, std }, a.data, { spread: 1 });
  if (largest === 0 || worst === undefined) return { max: largest, rms, std };
  const { index, expected, got } = worst;
  return {
    max: largest,
    rms,
    std,
    worst: { index, position: positionOf(index, b.shape), a: got, b: expected },
  };
}

/** NaN and infinities, which have none, are left out. */
function deviationOfFinite(values: NumberTensor["data"]): number {
  const std = standardDeviation(values);
  return Number.isFinite(std) ? std : standardDeviation(values.filter(Number.isFinite));
}
