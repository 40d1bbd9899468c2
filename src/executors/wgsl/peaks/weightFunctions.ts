import type { CellWeight, GaussianWeight, NearnessWeight, PointsAround } from "../../../backend/peakQuery.ts";
import { UsageError } from "../../../errors.ts";
import { float } from "../../../kernels/wgsl/source.ts";
import type { Shape } from "../../../tensor.ts";
import type { Anchors } from "./peakRecords.ts";

/**
 * WGSL: a weight as a type `Anchor` and four functions.
 *
 * - `anchorOf(number, channel)`: the anchor, with its point for the channel.
 * - `isUsable(anchor)`: whether the bounds of `weightRounding` hold for it.
 * - `isInside(anchor, cell, margins)`: whether the cell is in its box, grown by so many times the box's rounding error.
 * - `logProduct(anchor, cell, score)`: log2(score · weight).
 *
 * They read the buffer `weightsOrAnchors` and the constant `MIN_NORMAL`.
 *
 * @throws UsageError if the weight needs anchors and there are none.
 */
export function weightFunctions(weight: CellWeight, width: number, anchors: Anchors | undefined): string {
  if (weight.kind === "table") return TABLE;
  if (!anchors) {
    const expected = `an earlier query ${weight.points.query}, whose cells are the anchors`;
    throw new UsageError({ where: "peaks", expected, got: "none" });
  }
  return weight.kind === "nearness" ? nearness(weight, width, anchors) : gaussian(weight, width, anchors);
}

/** WGSL for a table of weights: there is a single anchor, without a place. */
const TABLE = `alias Anchor = u32;
fn anchorOf(number: u32, channel: u32) -> Anchor { return number; }
fn isUsable(anchor: Anchor) -> bool { return true; }
fn isInside(anchor: Anchor, cell: u32, margins: f32) -> bool { return true; }
fn logProduct(anchor: Anchor, cell: u32, score: f32) -> f32 {
  return log2(max(score * weightsOrAnchors[cell], MIN_NORMAL)); // a subnormal product may become 0
}`;

function nearness({ points, distanceOffset }: NearnessWeight, width: number, anchors: Anchors): string {
  return `${anchorFunctions(points, width, anchors)}
struct Anchor { point: vec2f }
fn anchorOf(number: u32, channel: u32) -> Anchor { return Anchor(pointOf(number, channel)); }
fn isUsable(anchor: Anchor) -> bool { return isBounded(anchor.point); }
fn isInside(anchor: Anchor, cell: u32, margins: f32) -> bool { return true; }
fn logProduct(anchor: Anchor, cell: u32, score: f32) -> f32 {
  let shift = placeOf(cell) - anchor.point;
  return log2(max(score / (sqrt(max(dot(shift, shift), 1e-12f)) + ${float(distanceOffset)}), MIN_NORMAL));
}`;
}

function gaussian(
  { points, boxSize, boxOffset, denominator }: GaussianWeight,
  width: number,
  anchors: Anchors,
): string {
  return `${anchorFunctions(points, width, anchors)}
/** The box is [low, high); \`margin\` bounds the rounding error of its sides. */
struct Anchor { point: vec2f, low: vec2f, high: vec2f, margin: vec2f }
fn anchorOf(number: u32, channel: u32) -> Anchor {
  let cell = cellOf(number);
  let offset = pair(number, ${anchors.offsetOf(boxOffset)}u);
  let size = max(pair(number, ${anchors.offsetOf(boxSize)}u), vec2f());
  let center = cell + offset;
  // At least 8 units in the last place of everything that was added up for a side.
  let margin = (vec2f(1f) + cell + abs(offset) + size) * ${float(2 ** -20)};
  return Anchor(pointOf(number, channel), center - size / 2f, center + size / 2f, margin);
}
fn isUsable(anchor: Anchor) -> bool {
  return isBounded(anchor.point) && isBounded(anchor.low) && isBounded(anchor.high);
}
fn isInside(anchor: Anchor, cell: u32, margins: f32) -> bool {
  let place = placeOf(cell);
  let grown = anchor.margin * margins;
  return all(place >= anchor.low - grown) && all(place < anchor.high + grown);
}
fn logProduct(anchor: Anchor, cell: u32, score: f32) -> f32 {
  let shift = placeOf(cell) - anchor.point;
  return log2(score) - dot(shift, shift) * ${float(Math.LOG2E / denominator)};
}`;
}

/** WGSL: reads an anchor's cell, point and other pairs (y, x) from its record. */
function anchorFunctions({ regression }: PointsAround, width: number, anchors: Anchors): string {
  const { first, recordSize, channels, offsetOf } = anchors;
  return `fn placeOf(cell: u32) -> vec2f { return vec2f(f32(cell / ${width}u), f32(cell % ${width}u)); }
fn recordOf(number: u32) -> u32 { return ${first}u + number * ${recordSize}u; }
fn cellOf(number: u32) -> vec2f { return placeOf(weightsOrAnchors[recordOf(number) + 1u] / ${channels}u); }
fn pair(number: u32, offset: u32) -> vec2f {
  let at = recordOf(number) + offset;
  return bitcast<vec2f>(vec2u(weightsOrAnchors[at], weightsOrAnchors[at + 1u]));
}
fn pointOf(number: u32, channel: u32) -> vec2f {
  return cellOf(number) + pair(number, ${offsetOf(regression)}u + 2u * channel);
}
/** The bounds of the rounding do not hold farther away. */
fn isBounded(point: vec2f) -> bool { return all(abs(point) < vec2f(1048576f)); }`;
}

/** WGSL states accuracy in units in the last place: each is at most this, relative to the number. */
const ULP = 2 ** -23;
/** Absolute error of WGSL's log2 for arguments from 0.5 to 2; elsewhere it is 3 units in the last place. */
const LOG2_ERROR = 2 ** -21;
/** Turns a relative error into an absolute one of the logarithm. */
const LOG2E = Math.LOG2E;

/**
 * Bounds the difference between log2(score · weight) on the device and that of the decode's float32 numbers, by
 * absolute + relative · |log2|, as long as the latter is at least `DECODED_FLOOR`.
 */
export interface WeightRounding {
  readonly absolute: number;
  readonly relative: number;
}

/** log2 below which the decode's numbers may come near the smallest of float32, and lose digits. */
export const DECODED_FLOOR = -100;
/** log2 below which the decode's numbers are 0, however they are rounded. */
export const DECODED_ZERO = -155;

/**
 * Adds up the accuracies that WGSL guarantees (https://www.w3.org/TR/WGSL/#floating-point-accuracy: less than 1 unit in
 * the last place for sums and products, 2.5 for quotients, 5 for sqrt; operations may be reassociated) and the decode's
 * own roundings of half a unit. A point is a cell plus a regression, and so less than `side` plus the distance: each
 * component of a difference to it is off by at most 3 units of 2 · side + distance.
 */
export function weightRounding(weight: CellWeight, [, height, width]: Shape): WeightRounding {
  const side = Math.max(height, width);
  switch (weight.kind) {
    case "table":
      return { absolute: LOG2_ERROR + 2 * ULP * LOG2E, relative: 3 * ULP };
    case "nearness": {
      // The distance is off by 9 units of side, by 14 of itself, and by its minimum, 1e-6.
      const divisor = (9 * ULP * side + 1e-6) / weight.distanceOffset + 14 * ULP;
      return { absolute: LOG2_ERROR + (divisor + 6 * ULP) * LOG2E, relative: 3 * ULP };
    }
    case "gaussian": {
      // Cells farther away than this have a weight of 0.
      const distance = Math.sqrt((-DECODED_ZERO * weight.denominator) / LOG2E);
      const squared = 9 * ULP * distance * (2 * side + distance);
      return {
        absolute: LOG2_ERROR + 16 * ULP + (squared * LOG2E) / weight.denominator,
        relative: 12 * ULP,
      };
    }
  }
}
