/**
 * Arrays of NumPy (.npy), versions 1 to 3 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 *
 *     6 bytes   0x93 "NUMPY"
 *     2 bytes   version: major, minor
 *     2 bytes   length N of the header, little-endian; 4 bytes from version 2 on
 *     N bytes   { 'descr': '<f4', 'fortran_order': False, 'shape': (1, 64, 64, 24), }
 *     the rest  the elements, and nothing else
 */
import { byteLengthOf, type Dtype, type Numbers, readNumbers } from "../checkpoints/bytes/dtype.ts";
import { quote } from "../checkpoints/bytes/json.ts";
import type { RandomAccessFile } from "../checkpoints/bytes/randomAccessFile.ts";
import { ModelError } from "../errors.ts";
import { elementCount } from "../tensor.ts";

/** The elements are read when `read` is called. */
export interface NpyFile {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** In row-major order, whatever the order in the file. */
  read(): Promise<Numbers>;
}

const MAGIC = "\x93NUMPY";
const PREAMBLE_BYTES = 12;
/** The longest that version 1 can have; of an array of numbers it has some 100 bytes. */
const MAX_HEADER = 65_535;
/** NumPy's limit. */
const MAX_AXES = 64;

/**
 * Reads the header and checks the file's length against it.
 *
 * @throws ModelError for anything but a whole array of real numbers.
 */
export async function openNpy(source: RandomAccessFile): Promise<NpyFile> {
  const { where, length } = source;
  const start = new Uint8Array(Math.min(length, PREAMBLE_BYTES));
  await source.read(0, start);
  const { from, to, encoding } = headerSpan(start, length, where);
  const header = new Uint8Array(to - from);
  await source.read(from, header);
  const { descr, fortranOrder, shape } = parseHeader(textOf(header, encoding, where), `${where} header`);
  const { dtype, bigEndian } = elementType(descr, where);
  const bytes = byteLengthOf(dtype, shape, where);
  if (length - to !== bytes) {
    const expected = `${bytes} bytes of elements after the header`;
    const hint = length - to < bytes ? "The file is truncated." : "Bytes follow that belong to no element.";
    throw new ModelError({ where, expected, got: `${length - to}`, hint });
  }
  return {
    dtype,
    shape,
    async read() {
      const values = await readNumbers(source, to, elementCount(shape), dtype, bigEndian);
      return fortranOrder ? rowMajor(values, shape) : values;
    },
  };
}

function headerSpan(start: Uint8Array, length: number, where: string) {
  const isNpy = start.length >= 10 && String.fromCharCode(...start.subarray(0, 6)) === MAGIC;
  if (!isNpy) throw new ModelError({ where, expected: "an array of NumPy (.npy)", got: "another file" });
  const [major, minor] = start.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    const expected = "version 1.0, 2.0 or 3.0 of the .npy format";
    throw new ModelError({ where, expected, got: `${major}.${minor}` });
  }
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const from = major === 1 ? 10 : PREAMBLE_BYTES;
  const headerLength =
    major === 1 ? view.getUint16(8, true) : start.length < from ? 0 : view.getUint32(8, true);
  if (headerLength > MAX_HEADER) {
    const expected = `a header of at most ${MAX_HEADER} bytes`;
    throw new ModelError({ where, expected, got: `${headerLength}` });
  }
  const to = from + headerLength;
  if (to > length) {
    const hint = "The file is truncated.";
    throw new ModelError({ where, expected: `a header that ends at ${to}`, got: `${length} bytes`, hint });
  }
  return { from, to, encoding: major === 3 ? "utf-8" : "latin1" };
}

function textOf(header: Uint8Array, encoding: string, where: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(header);
  } catch (cause) {
    throw new ModelError({ where, expected: "a header in UTF-8", got: "other bytes" }, { cause });
  }
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** What a value of the dictionary looks like; those of Python 2 have an L after each side. */
const VALUES = {
  descr: /(?:'([^'\\]*)'|"([^"\\]*)"|(\[))/y,
  fortran_order: /(True|False)/y,
  shape: /\(\s*((?:\d+L?\s*,\s*)+\d+L?\s*,?|\d+L?\s*,|)\s*\)/y,
};
type Key = keyof typeof VALUES;

/** Parses the literal of a Python dictionary with exactly the three keys, in any order. */
function parseHeader(text: string, where: string): Header {
  let position = 0;
  const fail = (expected: string): never => {
    const next = text.slice(position, position + 12);
    throw new ModelError({ where, expected, got: next === "" ? "its end" : quote(next) });
  };
  const take = (pattern: RegExp, expected: string): RegExpExecArray => {
    pattern.lastIndex = position;
    const found = pattern.exec(text) ?? fail(expected);
    position = pattern.lastIndex;
    return found;
  };
  const found = new Map<Key, string>();
  take(/\s*\{\s*/y, "a dictionary");
  while (!found.has("descr") || !found.has("fortran_order") || !found.has("shape")) {
    const [, single, double] = take(/(?:'(\w*)'|"(\w*)")\s*:\s*/y, "a key of the header");
    const key = single ?? double;
    if (!Object.hasOwn(VALUES, key) || found.has(key as Key)) {
      const expected = `the keys ${Object.keys(VALUES).join(", ")}, each once`;
      throw new ModelError({ where, expected, got: quote(key) });
    }
    const values = take(VALUES[key as Key], `a value of ${key}`).slice(1);
    const value = values.find((part) => part !== undefined) ?? "";
    if (key === "descr" && value === "[") throw foreignType(value, where);
    found.set(key as Key, value);
    take(/\s*(?:,\s*|(?=\}))/y, "a comma");
  }
  take(/\}\s*$/y, "the end of the dictionary");
  const sides = (found.get("shape") ?? "").match(/\d+/g) ?? [];
  if (sides.length > MAX_AXES) {
    throw new ModelError({ where, expected: `at most ${MAX_AXES} axes`, got: `${sides.length}` });
  }
  return {
    descr: found.get("descr") ?? "",
    fortranOrder: found.get("fortran_order") === "True",
    shape: sides.map(Number),
  };
}

/** NumPy's kinds and widths → the names of this project. */
const TYPES: Readonly<Record<string, Dtype>> = {
  f8: "F64",
  f4: "F32",
  f2: "F16",
  i8: "I64",
  i4: "I32",
  i2: "I16",
  i1: "I8",
  u8: "U64",
  u4: "U32",
  u2: "U16",
  u1: "U8",
  b1: "BOOL",
};

const FOREIGN: Readonly<Record<string, string>> = {
  "[": "a structured array",
  c: "complex numbers",
  f: "floats of another width",
  O: "Python objects",
  S: "text",
  U: "text",
  V: "raw bytes, as bfloat16 is saved",
  M: "dates",
  m: "durations",
};

function elementType(descr: string, where: string): { dtype: Dtype; bigEndian: boolean } {
  const [, order, type] = /^([<>|]?)(\w+)$/.exec(descr) ?? [];
  const dtype = type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const isOneByte = type?.endsWith("1") ?? false;
  if (dtype && (isOneByte || order === "<" || order === ">")) return { dtype, bigEndian: order === ">" };
  throw foreignType(descr, where);
}

function foreignType(descr: string, where: string): ModelError {
  const kind = descr.replace(/^[<>|=]/, "")[0] ?? "";
  const what = Object.hasOwn(FOREIGN, kind) ? FOREIGN[kind] : "another type";
  const expected = "floats of 2, 4 or 8 bytes, or integers, with their byte order";
  const hint = 'Save it with .astype("float32").';
  return new ModelError({ where, expected, got: `${what} (${quote(descr)})`, hint });
}

/** From Fortran's order, in which the first axis runs fastest. */
function rowMajor(values: Numbers, shape: readonly number[]): Numbers {
  const result = values.slice();
  const position = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++position[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
  return result;
}
