import { ModelError } from "../../errors.ts";
import type { Dtype } from "../bytes/dtype.ts";
import {
  expectArray,
  expectNumber,
  expectObject,
  expectSize,
  expectString,
  type JsonObject,
  type JsonValue,
  quote,
} from "../bytes/json.ts";
import type { Quantization } from "../checkpoint.ts";

/**
 * `weightsManifest` of a TensorFlow.js model.json (tfjs-core, io/types.ts): groups of weights, each group
 * stored without padding, in this order, in the concatenation of its shard files.
 */
export interface WeightGroup {
  /** Plain names of files beside model.json. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

export interface WeightSpec {
  readonly name: string;
  readonly dtype: Dtype | "STRING";
  readonly shape: readonly number[];
  readonly quantization?: Quantization;
}

const PLAIN_TYPES: ReadonlyMap<string, Dtype | "STRING"> = new Map([
  ["float32", "F32"],
  ["int32", "I32"],
  ["uint8", "U8"],
  ["bool", "BOOL"],
  ["string", "STRING"],
]);
const QUANTIZED_TYPES: ReadonlyMap<string, Dtype> = new Map([
  ["uint8", "U8"],
  ["uint16", "U16"],
]);

/** @throws ModelError if it is invalid, repeats a name, or has a path that leaves the folder. */
export function parseManifest(value: JsonValue | undefined, file: string): WeightGroup[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  const once = (seen: Set<string>, name: string, kind: string) => {
    if (seen.has(name)) {
      throw new ModelError({ where: file, expected: `every ${kind} once`, got: `${quote(name)} twice` });
    }
    seen.add(name);
    return name;
  };
  return expectArray(value, `${file} weightsManifest`).map((entry, index) => {
    const where = `${file} weightsManifest ${index}`;
    const group = expectObject(entry, where);
    return {
      paths: expectArray(group.get("paths"), `${where} paths`).map((path) =>
        once(paths, plainFileName(expectString(path, `${where} paths`), file), "shard"),
      ),
      weights: expectArray(group.get("weights"), `${where} weights`).map((weight) => {
        const spec = parseWeight(expectObject(weight, `${where} weights`), file);
        once(names, spec.name, "weight");
        return spec;
      }),
    };
  });
}

/**
 * A shard must lie beside model.json, so that an untrusted file cannot read other folders or fetch a URL.
 * Therefore only letters, digits and a few marks are allowed, and no leading dot.
 */
function plainFileName(path: string, file: string): string {
  if (path.length <= 255 && /^[\p{L}\p{N}_][\p{L}\p{N}_.+ ()-]*$/u.test(path)) return path;
  throw new ModelError({
    where: `${file} weightsManifest`,
    expected: "plain names of files beside it",
    got: `path ${quote(path)}`,
  });
}

function parseWeight(weight: JsonObject, file: string): WeightSpec {
  const name = expectString(weight.get("name"), `${file} weight name`);
  const where = `${file} weight ${quote(name)}`;
  const shape = expectArray(weight.get("shape"), `${where} shape`).map((side) =>
    expectSize(side, `${where} shape`),
  );
  const type = expectString(weight.get("dtype"), `${where} dtype`);
  const plain = PLAIN_TYPES.get(type);
  if (!plain) {
    throw new ModelError({
      where,
      expected: `a dtype of ${[...PLAIN_TYPES.keys()].join(", ")}`,
      got: quote(type),
    });
  }
  if (!weight.has("quantization")) return { name, dtype: plain, shape };
  return { name, shape, ...parseQuantization(weight.get("quantization"), plain, where) };
}

function parseQuantization(value: JsonValue | undefined, plain: Dtype | "STRING", where: string) {
  const quantization = expectObject(value, `${where} quantization`);
  const type = expectString(quantization.get("dtype"), `${where} quantization dtype`);
  if (type === "float16" && plain === "F32") return { dtype: "F16" as const };
  const dtype = QUANTIZED_TYPES.get(type);
  if (!dtype || (plain !== "F32" && plain !== "I32")) {
    const expected = "float32 as float16, or float32 or int32 as uint8 or uint16";
    throw new ModelError({ where: `${where} quantization`, expected, got: `${plain} as ${quote(type)}` });
  }
  const scale = expectNumber(quantization.get("scale"), `${where} quantization scale`);
  const min = expectNumber(quantization.get("min"), `${where} quantization min`);
  return { dtype, quantization: { scale, min, rounded: plain === "I32" } };
}
