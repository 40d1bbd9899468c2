/**
 * A golden case that anyone can write by hand (docs/golden-cases.md): values under this project's node names. What
 * case.json leaves out is read from the tensor file, or, once the network is known, from its graph.
 */
import type { RawTensor } from "../../checkpoints/bytes/dtype.ts";
import {
  expectArray,
  expectObject,
  expectSize,
  expectString,
  type JsonObject,
  type JsonValue,
  quote,
} from "../../checkpoints/bytes/json.ts";
import type { SafetensorsFile } from "../../checkpoints/safetensors/safetensors.ts";
import { ModelError } from "../../errors.ts";
import { elementCount } from "../../tensor.ts";
import {
  type CaseDescription,
  fileName,
  LAYOUTS,
  MEASURES,
  oneOf,
  parseStd,
  parseStored,
  parseTolerance,
  parseTolerances,
  ROLES,
  type TapDescription,
  type TapDtype,
  type TapLayout,
  type Tolerance,
  type ToleranceTable,
} from "../caseDescription.ts";

export const TENSORS_FILE = "tensors.safetensors";
/** Key of the network's input in the tensor file. */
export const INPUT_KEY = "input";

const MARKERS = [".index", ".value"];

export function isGeneric(fields: JsonObject): boolean {
  return fields.get("family") === "generic";
}

/** @throws ModelError if it is not the name of a file beside the case. */
export function genericTensorsFile(fields: JsonObject, where: string): string {
  const stated = fields.get("tensors");
  if (stated === undefined) return TENSORS_FILE;
  return fileName(expectString(stated, `${where} tensors`), `${where} tensors`);
}

/** Everything else of the case. @throws ModelError if it does not follow the schema. */
export function parseGenericCase(
  fields: JsonObject,
  { tensors, metadata }: SafetensorsFile,
  where: string,
): CaseDescription {
  const text = (key: string) => {
    const value = fields.get(key) ?? undefined;
    return value === undefined ? undefined : expectString(value, `${where} ${key}`);
  };
  const stated = text("layout") ?? metadata.get("layout");
  const layout = stated === undefined ? undefined : oneOf(stated, LAYOUTS, `${where} layout`);
  const input = parseInput(fields.get("input"), tensors, `${where} input`);
  const inputKey = input?.get("tensor");
  const listed = fields.get("taps");
  const entries =
    listed === undefined
      ? [...tensors.keys()].filter((key) => key !== inputKey)
      : expectArray(listed, `${where} taps`);
  const names = new Set<string>();
  const taps = entries.map((entry, position) => {
    const tap = parseTap(entry, tensors, layout, `${where} taps[${position}]`);
    if (!names.has(tap.name)) names.add(tap.name);
    else throw new ModelError({ where, expected: "each tap once", got: `${quote(tap.name)} again` });
    return tap;
  });
  return {
    family: "generic",
    model: text("model"),
    source: text("source") ?? "the case's values",
    input,
    tensors: genericTensorsFile(fields, where),
    taps,
    tolerance: parseAnyTolerance(fields.get("tolerance"), `${where} tolerance`),
    fields,
  };
}

/** `{ tensor: key }` or `{ image: file }`. Default: the tensor `input`, if there is one. */
function parseInput(
  value: JsonValue | undefined,
  tensors: ReadonlyMap<string, RawTensor>,
  where: string,
): JsonObject | undefined {
  if (value === undefined) return tensors.has(INPUT_KEY) ? new Map([["tensor", INPUT_KEY]]) : undefined;
  if (typeof value === "string") return new Map([["tensor", value]]);
  const input = expectObject(value, where);
  if (input.has("image") === input.has("tensor")) {
    const got = input.has("image") ? "both" : "neither";
    throw new ModelError({ where, expected: 'either "tensor" or "image"', got });
  }
  const kind = input.has("image") ? "image" : "tensor";
  return new Map([[kind, expectString(input.get(kind), `${where} ${kind}`)]]);
}

/** A name alone is a tap whose tensor has the same key. */
function parseTap(
  entry: JsonValue,
  tensors: ReadonlyMap<string, RawTensor>,
  caseLayout: TapLayout | undefined,
  position: string,
): TapDescription {
  const fields: JsonObject =
    typeof entry === "string" ? new Map([["name", entry]]) : expectObject(entry, position);
  const name = expectString(fields.get("name"), `${position} name`);
  const where = `${position} ${quote(name)}`;
  const optional = <Value>(key: string, parse: (value: JsonValue, where: string) => Value) => {
    const value = fields.get(key);
    return value === undefined ? undefined : parse(value, `${where} ${key}`);
  };
  const isStored = fields.has("tensor") || fields.has("sampled");
  const stored = isStored ? parseStored(fields, where) : { tensor: name };
  const key = "tensor" in stored ? stored.tensor : stored.value;
  const raw = tensors.get(key);
  if (!raw) throw missing(key, tensors, where);
  const shape = optional("shape", parseShape) ?? ("tensor" in stored ? raw.shape : undefined);
  if (!shape) throw new ModelError({ where, expected: "the shape of the sampled tensor", got: "none" });
  return {
    name,
    role: optional("role", (value, at) => oneOf(value, ROLES, at)) ?? "tap",
    shape,
    dtype: dtypeOf(raw),
    layout: optional("layout", (value, at) => oneOf(value, LAYOUTS, at)) ?? caseLayout,
    meaning: optional("meaning", expectString),
    stored,
    std: optional("stats", parseStd),
    tolerance: optional("tolerance", parseOneTolerance),
    node: optional("node", expectString),
  };
}

function parseShape(value: JsonValue, where: string): number[] {
  const shape = expectArray(value, where).map((side) => expectSize(side, where));
  if (Number.isSafeInteger(elementCount(shape))) return shape;
  throw new ModelError({ where, expected: "a size below 2^53", got: `[${shape.join(", ")}]` });
}

function missing(key: string, tensors: ReadonlyMap<string, RawTensor>, where: string): ModelError {
  const isSampled = MARKERS.every((marker) => tensors.has(key + marker));
  const hint = isSampled ? 'Its samples are: state "shape" and "sampled".' : undefined;
  return new ModelError({ where, expected: `a tensor ${quote(key)} in the file`, got: "none", hint });
}

/** Wider and narrower floats are compared as float32, which a case written by any framework then is. */
function dtypeOf({ dtype }: RawTensor): TapDtype {
  if (dtype === "U8") return "uint8";
  return /^(F|BF)/.test(dtype) ? "float32" : "int32";
}

/** One for all taps, or by role as in the other families. */
function parseAnyTolerance(value: JsonValue | undefined, where: string): ToleranceTable {
  const isOne =
    value instanceof Map && [...value.keys()].some((key) => MEASURES.some((name) => name === key));
  if (typeof value !== "number" && !isOne) return parseTolerances(value, where);
  const one = parseOneTolerance(value, where);
  return { by: new Map(ROLES.map((role) => [role, one])) };
}

/** A number is the largest difference in standard deviations of the tap. */
function parseOneTolerance(value: JsonValue, where: string): Tolerance {
  return parseTolerance(typeof value === "number" ? new Map([["spread", value]]) : value, where);
}
