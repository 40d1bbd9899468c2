import type { CellWeight } from "../../backend/peakQuery.ts";
import type { Shape } from "../../tensor.ts";

/** WGSL's accuracies are in units of the last place: at most this, relative to a number. */
const ULP = 2 ** -23;
/** WGSL's log2 near 1, absolute; elsewhere 3 units. */
const LOG2_ERROR = 2 ** -21;
/** A relative error in a logarithm. */
const LOG2E = Math.LOG2E;

/**
 * How far log2(score · weight) on the device may lie from that of what the decode computes in float32, as
 * absolute + relative · |log2|, wherever that is not below `DECODED_FLOOR`.
 */
export interface WeightRounding {
  readonly absolute: number;
  readonly relative: number;
}

/** log2: from here on down, the decode's numbers may come near the smallest of float32, and lose digits. */
export const DECODED_FLOOR = -100;
/** log2: below this they are 0, whatever is rounded. */
export const DECODED_ZERO = -155;

/**
 * From the accuracies that WGSL grants (https://www.w3.org/TR/WGSL/#floating-point-accuracy: sums and products are
 * off by less than 1 unit, quotients by 2.5, sqrt by 5; operations may be reassociated) and the decode's own
 * roundings of half a unit. A point is a cell plus a regression, less than `side` and the distance together: each
 * side of a difference to it is off by 3 units of 2 · side + distance.
 */
export function weightRounding(weight: CellWeight, [, height, width]: Shape): WeightRounding {
  const side = Math.max(height, width);
  switch (weight.kind) {
    case "table":
      return { absolute: LOG2_ERROR + 2 * ULP * LOG2E, relative: 3 * ULP };
    case "nearness": {
      // The distance is off by 9 units of side and by 14 of itself, and by its least value, 1e-6.
      const divisor = (9 * ULP * side + 1e-6) / weight.distanceOffset + 14 * ULP;
      return { absolute: LOG2_ERROR + (divisor + 6 * ULP) * LOG2E, relative: 3 * ULP };
    }
    case "gaussian": {
      // What lies farther away is 0 after all.
      const distance = Math.sqrt((-DECODED_ZERO * weight.denominator) / LOG2E);
      const squared = 9 * ULP * distance * (2 * side + distance);
      return {
        absolute: LOG2_ERROR + 16 * ULP + (squared * LOG2E) / weight.denominator,
        relative: 12 * ULP,
      };
    }
  }
}
