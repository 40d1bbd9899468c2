import type { CellWeight, GaussianWeight, NearnessWeight } from "../../../backend/peakQuery.ts";
import { UsageError } from "../../../errors.ts";
import { float } from "../../../kernels/wgsl/source.ts";
import type { Shape } from "../../../tensor.ts";
import type { Instances } from "./gatheredMaps.ts";

/**
 * What a weight is in WGSL: a type `Instance` and functions `instanceOf`, `isUsable`, `isInside` (its box, grown by so
 * many times its rounding) and `logOf`: log2(score · weight). They read `basis`, and know `LIFTED`, a normal number.
 */
export function weightFunctions(weight: CellWeight, width: number, instances: Instances | undefined): string {
  const place = `fn placeOf(cell: u32) -> vec2f { return vec2f(f32(cell / ${width}u), f32(cell % ${width}u)); }`;
  if (weight.kind === "table") {
    return `alias Instance = u32;
fn instanceOf(number: u32, channel: u32) -> Instance { return number; }
fn isUsable(instance: Instance) -> bool { return true; }
${EVERYWHERE}
fn logOf(instance: Instance, cell: u32, score: f32) -> f32 {
  return log2(max(score * basis[cell], LIFTED)); // like scores, products may become 0
}`;
  }
  if (!instances) {
    const expected = `an earlier find ${weight.points.query}, for points around its cells`;
    throw new UsageError({ where: "peaks", expected, got: "none" });
  }
  if (weight.kind === "nearness") {
    const distance = "sqrt(max(dot(shift, shift), 1e-12f))";
    return `${place}
struct Instance { point: vec2f }
${pairFunction(weight, instances)}
fn instanceOf(number: u32, channel: u32) -> Instance { return Instance(pointOf(number, channel)); }
fn isUsable(instance: Instance) -> bool { return isNear(instance.point); }
${EVERYWHERE}
fn logOf(instance: Instance, cell: u32, score: f32) -> f32 {
  let shift = placeOf(cell) - instance.point;
  return log2(max(score / (${distance} + ${float(weight.distanceOffset)}), LIFTED));
}`;
  }
  const { boxSize, boxOffset, denominator } = weight;
  return `${place}
struct Instance { point: vec2f, low: vec2f, high: vec2f, margin: vec2f }
${pairFunction(weight, instances)}
fn instanceOf(number: u32, channel: u32) -> Instance {
  let cell = cellOf(number);
  let offset = pair(number, ${instances.placeOf(boxOffset)}u);
  let size = max(pair(number, ${instances.placeOf(boxSize)}u), vec2f());
  let middle = cell + offset;
  // Eight units of the last place of all that went into a side, and more.
  let margin = (vec2f(1f) + cell + abs(offset) + size) * ${float(2 ** -20)};
  return Instance(pointOf(number, channel), middle - size / 2f, middle + size / 2f, margin);
}
fn isUsable(instance: Instance) -> bool {
  return isNear(instance.point) && isNear(instance.low) && isNear(instance.high);
}
fn isInside(instance: Instance, cell: u32, margins: f32) -> bool {
  let place = placeOf(cell);
  let grown = instance.margin * margins;
  return all(place >= instance.low - grown) && all(place < instance.high + grown);
}
fn logOf(instance: Instance, cell: u32, score: f32) -> f32 {
  let shift = placeOf(cell) - instance.point;
  return log2(score) - dot(shift, shift) * ${float(Math.LOG2E / denominator)};
}`;
}

const EVERYWHERE = "fn isInside(instance: Instance, cell: u32, margins: f32) -> bool { return true; }";

/** What instances are read from. Far away, the bounds of the rounding do not hold. */
function pairFunction({ points }: NearnessWeight | GaussianWeight, instances: Instances): string {
  const { first, entrySize, channels, placeOf } = instances;
  return `fn entryOf(number: u32) -> u32 { return ${first}u + number * ${entrySize}u; }
fn cellOf(number: u32) -> vec2f { return placeOf(basis[entryOf(number) + 1u] / ${channels}u); }
fn pair(number: u32, place: u32) -> vec2f {
  let at = entryOf(number) + place;
  return bitcast<vec2f>(vec2u(basis[at], basis[at + 1u]));
}
fn pointOf(number: u32, channel: u32) -> vec2f {
  return cellOf(number) + pair(number, ${placeOf(points.regression)}u + 2u * channel);
}
fn isNear(point: vec2f) -> bool { return all(abs(point) < vec2f(1048576f)); }`;
}

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
