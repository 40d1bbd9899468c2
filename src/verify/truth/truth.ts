/**
 * Errors against the truth: the same values computed in float64. What a tolerance cannot tell, this does: whether this
 * run is farther from the truth than the original is.
 */
import { type RawTensor, toFloat64 } from "../../checkpoints/bytes/dtype.ts";
import { quote } from "../../checkpoints/bytes/json.ts";
import { parseSafetensors } from "../../checkpoints/safetensors/safetensors.ts";
import { ModelError } from "../../errors.ts";
import { channelsLastIndex, findLayout, parseLayout, toChannelsLast } from "../../formats/layout.ts";
import { elementCount, formatShape, type Layout, type Shape, sameShape, shapeOf } from "../../tensor.ts";
import { difference, quotient } from "../compare.ts";
import { readPositions } from "../generic/samplePositions.ts";

/** The float64 values of one tap: the whole tensor, or its elements at `positions`. */
export interface TrueValues {
  readonly values: ArrayLike<number>;
  readonly positions?: Int32Array;
}

export interface Truth {
  readonly where: string;
  readonly names: readonly string[];
  /**
   * The values under the first of these names that there is; undefined if there is none. With `map`, the shape is that of
   * an NHWC map, and a file in NCHW is read as well.
   *
   * @throws ModelError if they are not those of a tensor of this shape, or if both layouts fit and none is stated.
   */
  find(names: readonly string[], shape: readonly number[], map?: MapOptions): TrueValues | undefined;
}

export interface MapOptions {
  /** Of tensors that both layouts fit, if the file states none. */
  readonly layout?: Layout;
}

export interface ErrorSize {
  /** Root mean square. */
  readonly rms: number;
  readonly max: number;
}

/** Errors against float64 in one unit, at the positions where all three values are known. */
export interface TruthComparison extends ErrorSize {
  readonly original: ErrorSize;
  /** RMS error divided by the original's: at most 1 if this run is at least as near to the truth. */
  readonly ratio: number;
}

/**
 * Reads a safetensors file of float64 values (any type of float is taken). A tensor stands under the name of its tap,
 * whole, or as samples: flat positions under `<name>.index`, numbers under `<name>.value`. The layout of maps may stand in
 * the metadata, `layout` of all tensors and `layout:<name>` of one.
 *
 * @throws ModelError if it is no safetensors file, or positions have no values.
 */
export function readTruth(bytes: Uint8Array, where: string): Truth {
  const { tensors, metadata } = parseSafetensors(bytes, where);
  const statedLayout = (name: string) => {
    const key = metadata.has(`layout:${name}`) ? `layout:${name}` : "layout";
    const stated = metadata.get(key);
    return stated === undefined
      ? undefined
      : parseLayout(stated, `${where} metadata ${quote(key)}`, ModelError);
  };
  const names = [...tensors.keys()].flatMap((key) => {
    if (key.endsWith(".value") && tensors.has(key.replace(/value$/, "index"))) return [];
    return [key.endsWith(".index") ? key.slice(0, -".index".length) : key];
  });
  return {
    where,
    names,
    find(wanted, shape, map) {
      const name = wanted.find((candidate) => names.includes(candidate));
      if (name === undefined) return undefined;
      const at = `${where} ${quote(name)}`;
      if (!map || shape.length !== 4) return trueValues(tensors, name, shape, at);
      const [, height, width, channels] = shape;
      const isCube = height === width && width === channels;
      const layout = statedLayout(name) ?? (isCube ? map.layout : undefined);
      return trueMapValues(tensors, name, shapeOf(height, width, channels), layout, at);
    },
  };
}

/** The values of an NHWC map, from either layout. */
function trueMapValues(
  tensors: ReadonlyMap<string, RawTensor>,
  name: string,
  shape: Shape,
  stated: Layout | undefined,
  where: string,
): TrueValues {
  const whole = tensors.get(name);
  if (whole) {
    const layout = findLayout({ shape: whole.shape, layout: stated }, shape, where);
    return { values: toChannelsLast(toFloat64(whole), shape, layout).data };
  }
  const { values, positions } = trueValues(tensors, name, shape, where);
  if (stated !== "NCHW") return { values, positions };
  const [, height, width, channels] = shape;
  const placed = positions?.map((position) => channelsLastIndex(position, height * width, channels));
  return { values, positions: placed };
}

function trueValues(
  tensors: ReadonlyMap<string, RawTensor>,
  name: string,
  shape: readonly number[],
  where: string,
): TrueValues {
  const whole = tensors.get(name);
  if (whole) {
    const got = formatShape(whole.shape);
    if (!sameShape(whole.shape, shape)) throw new ModelError({ where, expected: formatShape(shape), got });
    return { values: toFloat64(whole) };
  }
  const [index, value] = [tensors.get(`${name}.index`), tensors.get(`${name}.value`)];
  if (!index || !value || !sameShape(index.shape, value.shape)) {
    const got =
      index && value ? `${formatShape(index.shape)} and ${formatShape(value.shape)}` : "one of them";
    throw new ModelError({ where, expected: "as many positions as values", got });
  }
  return { values: toFloat64(value), positions: readPositions(index, elementCount(shape), where) };
}

/**
 * Compares this run's values (`got`, whole) and the original's with the truth, all in one layout. `unit` divides every
 * error. Undefined if no element is known in all three.
 */
export function compareWithTruth(
  truth: TrueValues,
  original: TrueValues,
  got: ArrayLike<number>,
  unit = 1,
): TruthComparison | undefined {
  const places = original.positions && placeOf(original.positions);
  const own = new ErrorSum();
  const theirs = new ErrorSum();
  for (let i = 0; i < truth.values.length; i++) {
    const position = truth.positions ? truth.positions[i] : i;
    const place = places ? places.get(position) : position;
    if (place === undefined) continue;
    own.add(difference(truth.values[i], got[position]));
    theirs.add(difference(truth.values[i], original.values[place]));
  }
  return own.count === 0 ? undefined : comparisonOf(own.in(unit), theirs.in(unit));
}

function comparisonOf(own: ErrorSize, original: ErrorSize): TruthComparison {
  return { ...own, original, ratio: quotient(own.rms, original.rms) };
}

function placeOf(positions: Int32Array): Map<number, number> {
  return new Map(Array.from(positions, (position, place) => [position, place]));
}

/** Sums squares of errors. */
class ErrorSum {
  count = 0;
  private squares = 0;
  private max = 0;

  add(error: number): void {
    this.count++;
    this.squares += error * error;
    if (error > this.max) this.max = error;
  }

  in(unit: number): ErrorSize {
    const rms = Math.sqrt(this.squares / Math.max(1, this.count));
    return { rms: quotient(rms, unit), max: quotient(this.max, unit) };
  }
}
