import {
  expectArray,
  expectNumber,
  expectObject,
  expectSize,
  expectString,
  type JsonObject,
  type JsonValue,
  parseJson,
  quote,
} from "../checkpoints/bytes/json.ts";
import { ModelError } from "../errors.ts";

/**
 * The `case.json` of a golden case: what the original implementation computed from known weights and a known
 * input, with tolerances. All families of cases (`tfjs`, `tf`, `triplet`) share this schema; `fields` gives
 * access to fields that only one family uses. A `generic` case may leave most of it out (generic/genericCase.ts).
 */
export interface CaseDescription {
  readonly family: string;
  /** The model's name in the original implementation. Only a generic case may have none. */
  readonly model?: string;
  /** The implementation that computed the case. */
  readonly source: string;
  /** How the input was made and which tensor holds it. Differs between families. */
  readonly input?: JsonObject;
  /** Paths relative to the case's folder; absent if the case uses the model's published weights. */
  readonly checkpoint?: string;
  readonly vectors?: string;
  /** Name of the tensor file in the case's folder. */
  readonly tensors: string;
  /** In network order. */
  readonly taps: readonly TapDescription[];
  readonly tolerance: ToleranceTable;
  /** All of case.json. */
  readonly fields: JsonObject;
}

export const ROLES = ["input", "tap", "head", "decode", "output", "case"] as const;
export type Role = (typeof ROLES)[number];

const DTYPES = ["float32", "int32", "uint8"] as const;
export type TapDtype = (typeof DTYPES)[number];

export const LAYOUTS = ["NHWC", "NCHW", "row-major"] as const;
export type TapLayout = (typeof LAYOUTS)[number];

export interface TapDescription {
  /** The tap's name in the original implementation. */
  readonly name: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly dtype: TapDtype;
  /** The layout that `shape` is in; `row-major` for anything but maps. Only a generic case may leave it to the shape. */
  readonly layout?: TapLayout;
  readonly meaning?: string;
  /** Key of the whole tensor, or of sampled elements with their flat positions in the tap's own layout. */
  readonly stored: { readonly tensor: string } | { readonly index: string; readonly value: string };
  /** Standard deviation of the whole tensor. */
  readonly std?: number;
  /** In place of its role's. */
  readonly tolerance?: Tolerance;
  /** This project's name of the value, if the tap has another. */
  readonly node?: string;
}

/**
 * Max allowed differences; every stated measure must hold. `spread`: max difference divided by the tensor's
 * standard deviation. `spreadRms`: root mean square difference divided by the same. `absolute` and `relative`:
 * |difference| ≤ absolute + relative · |expected|.
 */
export interface Tolerance {
  readonly spread?: number;
  readonly spreadRms?: number;
  readonly absolute?: number;
  readonly relative?: number;
  /** For rows of detections, which are matched before they are compared. */
  readonly box?: number;
  readonly score?: number;
  readonly unit?: string;
}

export interface ToleranceTable {
  /** By role, or by part of a detection (`score`, `box`, `coordinate`). */
  readonly by: ReadonlyMap<string, Tolerance>;
  /** How rows of detections are matched, as a sentence. */
  readonly match?: string;
}

const LIMITS = { depth: 12, values: 1_000_000 };
/** A tolerance times a standard deviation must not become infinite, which nothing exceeds. */
const MAX_NUMBER = 1e100;
export const MEASURES = ["spread", "spreadRms", "absolute", "relative", "box", "score"] as const;

/** @throws ModelError if the bytes are no JSON object. */
export function parseCaseFields(bytes: Uint8Array, where: string): JsonObject {
  return expectObject(parseJson(bytes, where, LIMITS), where);
}

/**
 * `where` names the file in errors.
 *
 * @throws ModelError if the file does not follow the schema.
 */
export function parseCaseDescription(fields: JsonObject, where: string): CaseDescription {
  const input = fields.get("input") ?? undefined;
  return {
    family: expectString(fields.get("family"), `${where} family`),
    model: expectString(fields.get("model"), `${where} model`),
    source: expectString(fields.get("source"), `${where} source`),
    input: input === undefined ? undefined : expectObject(input, `${where} input`),
    checkpoint: optionalPath(fields.get("checkpoint"), `${where} checkpoint`),
    vectors: optionalPath(fields.get("vectors"), `${where} vectors`),
    tensors: fileName(expectString(fields.get("tensors"), `${where} tensors`), `${where} tensors`),
    taps: parseTaps(fields.get("taps"), where),
    tolerance: parseTolerances(fields.get("tolerance"), `${where} tolerance`),
    fields,
  };
}

function parseTaps(value: JsonValue | undefined, where: string): TapDescription[] {
  const names = new Set<string>();
  return expectArray(value, `${where} taps`).map((entry, position) => {
    const tap = parseTap(entry, `${where} taps[${position}]`);
    if (names.has(tap.name)) {
      const got = `${quote(tap.name)} again`;
      throw new ModelError({ where: `${where} taps[${position}] name`, expected: "each tap once", got });
    }
    names.add(tap.name);
    return tap;
  });
}

function parseTap(value: JsonValue, position: string): TapDescription {
  const fields = expectObject(value, position);
  const name = expectString(fields.get("name"), `${position} name`);
  const where = `${position} ${quote(name)}`;
  const shape = expectArray(fields.get("shape"), `${where} shape`);
  const meaning = fields.get("meaning");
  const stats = fields.get("stats");
  return {
    name,
    role: oneOf(fields.get("role"), ROLES, `${where} role`),
    shape: shape.map((side) => expectSize(side, `${where} shape`)),
    dtype: oneOf(fields.get("dtype"), DTYPES, `${where} dtype`),
    layout: oneOf(fields.get("layout"), LAYOUTS, `${where} layout`),
    meaning: meaning === undefined ? undefined : expectString(meaning, `${where} meaning`),
    stored: parseStored(fields, where),
    std: stats === undefined ? undefined : parseStd(stats, `${where} stats`),
  };
}

export function parseStored(tap: JsonObject, where: string): TapDescription["stored"] {
  const tensor = tap.get("tensor");
  const sampled = tap.get("sampled");
  if ((tensor === undefined) === (sampled === undefined)) {
    const got = tensor === undefined ? "neither" : "both";
    throw new ModelError({ where, expected: 'either "tensor" or "sampled"', got });
  }
  if (sampled === undefined) return { tensor: expectString(tensor, `${where} tensor`) };
  const keys = expectObject(sampled, `${where} sampled`);
  return {
    index: expectString(keys.get("index"), `${where} sampled index`),
    value: expectString(keys.get("value"), `${where} sampled value`),
  };
}

export function parseStd(stats: JsonValue, where: string): number {
  return nonNegative(expectObject(stats, where).get("std"), `${where} std`);
}

export function parseTolerances(value: JsonValue | undefined, where: string): ToleranceTable {
  const by = new Map<string, Tolerance>();
  if (value === undefined) return { by };
  let match: string | undefined;
  for (const [key, entry] of expectObject(value, where)) {
    if (key === "match") match = expectString(entry, `${where} match`);
    else by.set(key, parseTolerance(entry, `${where} ${quote(key)}`));
  }
  return { by, match };
}

export function parseTolerance(value: JsonValue, where: string): Tolerance {
  const tolerance: { -readonly [Key in keyof Tolerance]: Tolerance[Key] } = {};
  for (const [key, entry] of expectObject(value, where)) {
    // A misspelled measure must not count as absent.
    if (key === "unit") tolerance.unit = expectString(entry, `${where} unit`);
    else tolerance[oneOf(key, MEASURES, `${where} measure`)] = nonNegative(entry, `${where} ${key}`);
  }
  if (MEASURES.some((measure) => tolerance[measure] !== undefined)) return tolerance;
  throw new ModelError({ where, expected: `one of ${MEASURES.join(", ")}`, got: "none" });
}

function nonNegative(value: JsonValue | undefined, where: string): number {
  const number = expectNumber(value, where);
  if (number >= 0 && number <= MAX_NUMBER) return number;
  const expected = `a number from 0 to ${MAX_NUMBER}`;
  throw new ModelError({ where, expected, got: String(number) });
}

export function oneOf<Name extends string>(
  value: JsonValue | undefined,
  names: readonly Name[],
  where: string,
): Name {
  const text = expectString(value, where);
  const name = names.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new ModelError({ where, expected: `one of ${names.join(", ")}`, got: quote(text) });
}

export function fileName(name: string, where: string): string {
  if (/^[\w-][\w.-]*$/.test(name)) return name;
  throw new ModelError({ where, expected: "a file name without a folder", got: quote(name) });
}

/** A file beside the case, or in the folder above if several cases share it. */
function optionalPath(value: JsonValue | undefined, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const path = expectString(value, where);
  fileName(path.replace(/^\.\.\//, ""), where);
  return path;
}
