/** One initializer of an ONNX file (onnx.proto, `TensorProto`): what it is, and where its numbers lie. */
import { ModelError } from "../../errors.ts";
import { elementCount, formatShape } from "../../tensor.ts";
import { byteLengthOf, type Dtype, toFloat32 } from "../bytes/dtype.ts";
import { float16ToNumber } from "../bytes/float16.ts";
import { quote } from "../bytes/json.ts";
import { readMessage, type WireField } from "../bytes/protobufWire.ts";
import type { Variable } from "../checkpoint.ts";

export interface OnnxTensor {
  readonly name: string;
  readonly variable: Variable;
  /** All elements, in row-major order. */
  values(): Float32Array;
}

/** `TensorProto.DataType` by number. Text and complex numbers are no parameters of any layer. */
const DTYPES: ReadonlyMap<number, Dtype> = new Map([
  [1, "F32"],
  [2, "U8"],
  [3, "I8"],
  [4, "U16"],
  [5, "I16"],
  [6, "I32"],
  [7, "I64"],
  [9, "BOOL"],
  [10, "F16"],
  [11, "F64"],
  [12, "U32"],
  [13, "U64"],
  [16, "BF16"],
]);

/** The typed fields that are read, each with the one type that it may hold: others write `raw_data`. */
const TYPED_FIELDS = { float_data: "F32", int32_data: "F16", int64_data: "I64" } as const;
type TypedField = keyof typeof TYPED_FIELDS;

const EXTERNAL = 1;
const MAX_DIMENSIONS = 32;

/** @throws ModelError for a broken message, numbers outside the file, or a type that is not read. */
export function readOnnxTensor(message: Uint8Array, file: string): OnnxTensor {
  const fields = fieldsOf(message, file);
  const where = `${file} initializer ${quote(fields.name)}`;
  if (fields.external !== undefined) throw externalData(where, fields.external);
  if (fields.unread !== undefined) {
    throw new ModelError({ where, expected: "numbers in raw_data or in a typed field", got: fields.unread });
  }
  const dtype = DTYPES.get(fields.type);
  if (!dtype) {
    const expected = `a data_type of ${[...DTYPES.keys()].join(", ")}`;
    throw new ModelError({ where, expected, got: String(fields.type) });
  }
  const shape = fields.shape;
  if (shape.length > MAX_DIMENSIONS) {
    const expected = `at most ${MAX_DIMENSIONS} dimensions`;
    throw new ModelError({ where, expected, got: String(shape.length) });
  }
  const bytes = byteLengthOf(dtype, shape, where);
  const [stored, ...others] = fields.data;
  if (others.length > 0) {
    const got = fields.data.map(({ field }) => field).join(" and ");
    throw new ModelError({ where, expected: "its numbers once", got });
  }
  const { values, byteLength } = numbersOf(stored, { dtype, shape, bytes, where });
  return { name: fields.name, variable: { dtype, shape, byteLength }, values };
}

interface TensorFields {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly data: readonly StoredNumbers[];
  /** The file that holds the numbers, if it is another one. */
  readonly external?: string;
  /** A field that would change the numbers and is not read. */
  readonly unread?: string;
}

interface StoredNumbers {
  readonly field: TypedField | "raw_data";
  readonly bytes: Uint8Array;
}

function fieldsOf(message: Uint8Array, file: string): TensorFields {
  let name = "";
  let type = 0;
  const shape: number[] = [];
  const data: StoredNumbers[] = [];
  let external: string | undefined;
  let isExternal = false;
  let unread: string | undefined;
  const numbers = (field: StoredNumbers["field"]) => (value: WireField) => {
    data.push({ field, bytes: value.bytes() });
  };
  const refuse = (field: string) => () => {
    unread ??= field;
  };
  readMessage(message, `${file} initializer`, {
    1: (field) => {
      for (const side of field.sizes()) if (shape.length <= MAX_DIMENSIONS) shape.push(side);
    },
    2: (field) => {
      type = field.size();
    },
    3: refuse("a segment of a larger tensor"),
    4: numbers("float_data"),
    5: numbers("int32_data"),
    6: refuse("string_data"),
    7: numbers("int64_data"),
    8: (field) => {
      name = field.text();
    },
    9: numbers("raw_data"),
    10: refuse("double_data"),
    11: refuse("uint64_data"),
    13: (field) => {
      const [key, value] = entryOf(field.bytes(), `${file} initializer external_data`);
      if (key === "location") external = value;
      isExternal = true;
    },
    14: (field) => {
      isExternal ||= field.size() === EXTERNAL;
    },
  });
  return { name, type, shape, data, unread, external: isExternal ? (external ?? "") : undefined };
}

/** A `StringStringEntryProto`. */
export function entryOf(message: Uint8Array, where: string): [key: string, value: string] {
  let [key, value] = ["", ""];
  readMessage(message, where, {
    1: (field) => {
      key = field.text();
    },
    2: (field) => {
      value = field.text();
    },
  });
  return [key, value];
}

function externalData(where: string, location: string): ModelError {
  return new ModelError({
    where,
    expected: "its numbers in the file itself",
    got: location === "" ? "external data" : `external data in ${quote(location)}`,
    hint: "Save the model as one file (onnx.save with save_as_external_data=False).",
  });
}

interface Layout {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** What the numbers take as raw data. */
  readonly bytes: number;
  readonly where: string;
}

function numbersOf(
  stored: StoredNumbers | undefined,
  layout: Layout,
): { byteLength: number; values: () => Float32Array } {
  const { dtype, shape, bytes: needed, where } = layout;
  const { field, bytes } = stored ?? { field: "raw_data", bytes: new Uint8Array(0) };
  if (field !== "raw_data" && TYPED_FIELDS[field] !== dtype) {
    throw new ModelError({ where, expected: `raw_data for ${dtype}`, got: field });
  }
  if (field === "raw_data" || field === "float_data") {
    if (bytes.length !== needed) {
      const expected = `${needed} bytes for ${dtype} ${formatShape(shape)}`;
      throw new ModelError({ where, expected, got: `${bytes.length} in ${field}` });
    }
    return { byteLength: needed, values: () => toFloat32({ dtype, shape, bytes }) };
  }
  const count = elementCount(shape);
  const found = bytes.reduce((sum, byte) => sum + (byte < 0x80 ? 1 : 0), 0);
  if (found !== count || (bytes.at(-1) ?? 0) >= 0x80) {
    const expected = `${count} numbers for ${dtype} ${formatShape(shape)}`;
    throw new ModelError({ where, expected, got: `${found} in ${field}` });
  }
  return { byteLength: bytes.length, values: () => varints(bytes, count, dtype, where) };
}

/** The most bytes that a number of 64 bits takes. */
const MAX_VARINT = 10;
const MAX_HALF = 0xffff;

/** Packed whole numbers, of which float16 has the low 16 bits. */
function varints(bytes: Uint8Array, count: number, dtype: Dtype, where: string): Float32Array {
  const values = new Float32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at;
    let value = 0n;
    do value |= BigInt(bytes[at] & 0x7f) << BigInt(7 * (at - start));
    while (bytes[at++] >= 0x80 && at - start < MAX_VARINT);
    if (bytes[at - 1] >= 0x80) {
      throw new ModelError({ where, expected: `numbers of at most ${MAX_VARINT} bytes`, got: "more" });
    }
    const number = Number(BigInt.asIntN(64, value));
    if (dtype === "F16" && !(number >= 0 && number <= MAX_HALF)) {
      throw new ModelError({ where, expected: "float16 in 16 bits", got: String(number) });
    }
    values[i] = dtype === "F16" ? float16ToNumber(number) : number;
  }
  return values;
}
