import type { RawTensor } from "../checkpoints/bytes/dtype.ts";
import { quote } from "../checkpoints/bytes/json.ts";
import { parseSafetensors, toFloat32, toInt32 } from "../checkpoints/safetensors/safetensors.ts";
import { ModelError, UsageError } from "../errors.ts";
import { channelsLastIndex, toChannelsLast } from "../formats/layout.ts";
import { elementCount, formatShape, sameShape, shapeOf, type Tensor } from "../tensor.ts";
import {
  type CaseDescription,
  parseCaseDescription,
  parseCaseFields,
  type TapDescription,
} from "./caseDescription.ts";
import { genericTensorsFile, isGeneric, parseGenericCase } from "./generic/genericCase.ts";
import { readPositions } from "./generic/samplePositions.ts";
import { readTruth, type Truth } from "./truth/truth.ts";

/** A golden case in memory: its description and the numbers of every tap. */
export interface GoldenCase extends Omit<CaseDescription, "taps" | "tensors"> {
  /** The given folder or name, for error messages. */
  readonly name: string;
  /** In network order. */
  readonly taps: readonly GoldenTap[];
  /** All tensors of the case's tensor file, by key. */
  readonly tensors: ReadonlyMap<string, RawTensor>;
  /** The same taps computed in float64, if somebody did. */
  readonly truth?: Truth;
}

export interface GoldenTap extends Omit<TapDescription, "stored"> {
  /** The whole tensor in the tap's layout, or its elements at `positions`. */
  readonly values: Float32Array | Int32Array;
  readonly positions?: Int32Array;
}

/** The float64 values lie under this name beside a case that has them. */
const TRUTH_FILE = "float64.safetensors";

/**
 * Reads a case. `readFile` returns its files by their name within its folder, and rejects for a file that is not there;
 * `name` is for error messages. Works in Node and in browsers.
 *
 * @throws UsageError if there is no case.
 * @throws ModelError if the case contradicts itself.
 */
export async function readGoldenCase(
  readFile: (name: string) => Promise<Uint8Array>,
  name: string,
): Promise<GoldenCase> {
  let json: Uint8Array;
  try {
    json = await readFile("case.json");
  } catch (cause) {
    const fault = { where: name, expected: "a golden case", got: "no readable case.json in it" };
    throw new UsageError(fault, { cause });
  }
  const where = `${name}/case.json`;
  const fields = parseCaseFields(json, where);
  const generic = isGeneric(fields);
  const description = generic ? undefined : parseCaseDescription(fields, where);
  const tensorsFile = description?.tensors ?? genericTensorsFile(fields, where);
  const file = `${name}/${tensorsFile}`;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(tensorsFile);
  } catch (cause) {
    throw new ModelError(
      { where: file, expected: "the tensors of the case", got: "no readable file" },
      { cause },
    );
  }
  const stored = parseSafetensors(bytes, file);
  const all = description ?? parseGenericCase(fields, stored, where);
  const taps = all.taps.map((tap) => readTap(tap, stored.tensors, `${file} tap ${quote(tap.name)}`, generic));
  const truthBytes = await readFile(TRUTH_FILE).catch(() => undefined);
  const truth = truthBytes && readTruth(truthBytes, `${name}/${TRUTH_FILE}`);
  return { ...all, name, taps, tensors: stored.tensors, truth };
}

function readTap(
  { stored, ...tap }: TapDescription,
  tensors: ReadonlyMap<string, RawTensor>,
  where: string,
  anyDtype: boolean,
): GoldenTap {
  const read = (key: string, shape: readonly number[]) =>
    valuesOf(find(tensors, key, where), tap.dtype, shape, where, anyDtype);
  if ("tensor" in stored) return { ...tap, values: read(stored.tensor, tap.shape) };
  const index = find(tensors, stored.index, where);
  const elements = elementCount(tap.shape);
  const positions = readPositions(index, elements, where);
  if (positions.length === 0 && elements > 0) {
    throw new ModelError({ where, expected: "positions of elements", got: "none" });
  }
  return { ...tap, positions, values: read(stored.value, index.shape) };
}

function find(tensors: ReadonlyMap<string, RawTensor>, key: string, where: string): RawTensor {
  const found = tensors.get(key);
  if (found) return found;
  throw new ModelError({ where, expected: `a tensor ${quote(key)} in the file`, got: "none" });
}

const STORED_DTYPE = { float32: "F32", int32: "I32", uint8: "U8" } as const;

function valuesOf(
  raw: RawTensor,
  dtype: TapDescription["dtype"],
  shape: readonly number[],
  where: string,
  anyDtype: boolean,
): Float32Array | Int32Array {
  if ((!anyDtype && raw.dtype !== STORED_DTYPE[dtype]) || !sameShape(raw.shape, shape)) {
    const got = `${raw.dtype} ${formatShape(raw.shape)}`;
    const expected = `${anyDtype ? raw.dtype : STORED_DTYPE[dtype]} ${formatShape(shape)}`;
    throw new ModelError({ where, expected, got });
  }
  return dtype === "float32" ? toFloat32(raw) : toInt32(raw, where);
}

/**
 * The network's input in this project's layout: the tensor that the case's `input` names (pixels, if the case
 * also holds the normalized values), else its only tap with the role `input`.
 *
 * @throws ModelError if the case holds no whole input, but names an image to prepare.
 */
export function goldenInput(golden: GoldenCase): Tensor {
  const where = `${golden.name} input`;
  if (golden.family === "generic") return genericInput(golden, where);
  const key = ["tensor", "raw", "preprocessed"].map((field) => golden.input?.get(field)).find(Boolean);
  if (typeof key === "string") {
    const raw = find(golden.tensors, key, where);
    return inProjectLayout(raw.shape, toFloat32(raw), "NHWC", where);
  }
  const inputs = golden.taps.filter(({ role, positions }) => role === "input" && positions === undefined);
  if (inputs.length !== 1) {
    throw new ModelError({ where, expected: "one whole input tensor", got: String(inputs.length) });
  }
  const [{ shape, values, layout }] = inputs;
  return inProjectLayout(shape, Float32Array.from(values), layout, where);
}

/** RGB is last or first; a case that was written by hand need not say which. */
function genericInput({ input, tensors, fields }: GoldenCase, where: string): Tensor {
  const key = input?.get("tensor");
  if (typeof key !== "string") {
    const hint = 'State "input": the key of its tensor, or { "image": "file" }.';
    throw new ModelError({ where, expected: "an input", got: "none", hint });
  }
  const raw = find(tensors, key, where);
  const { shape } = raw;
  const isFirst = shape.length === 4 && shape[1] === 3 && (shape[3] !== 3 || fields.get("layout") === "NCHW");
  return inProjectLayout(shape, toFloat32(raw), isFirst ? "NCHW" : "NHWC", where);
}

function inProjectLayout(
  shape: readonly number[],
  data: Float32Array,
  layout: TapDescription["layout"],
  where: string,
): Tensor {
  if (shape.length !== 4 || shape[0] !== 1) {
    throw new ModelError({ where, expected: "a batch of one image", got: `shape ${formatShape(shape)}` });
  }
  if (layout !== "NCHW") return { shape: shapeOf(shape[1], shape[2], shape[3]), data };
  const [, channels, height, width] = shape;
  return toChannelsLast(data, shapeOf(height, width, channels), layout);
}

/** Converts a map of this project to a row-major array in the tap's layout. */
export function inTapLayout({ shape, data }: Tensor, layout: TapDescription["layout"]): Float32Array {
  if (layout !== "NCHW") return data;
  const [, height, width, channels] = shape;
  return data.map((_, i) => data[channelsLastIndex(i, height * width, channels)]);
}
