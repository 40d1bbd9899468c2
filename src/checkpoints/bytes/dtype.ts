import { ModelError } from "../../errors.ts";
import { nativeBigEndian, swapBytes } from "./byteOrder.ts";
import {
  bfloat16ToNumber,
  float16sToFloat32,
  float16ToNumber,
  halvesIn,
  numberToBfloat16,
  numberToFloat16,
  widenHalves,
} from "./float16.ts";
import type { RandomAccessFile } from "./randomAccessFile.ts";

/**
 * The element types that checkpoints store, under safetensors' names, all little-endian. `read` accepts any
 * offset, because files are not aligned (TFJS packs int32 after an odd number of halves).
 */
interface ElementType {
  bytes: number;
  integer: boolean;
  read(view: DataView, offset: number): number;
}

const DTYPES = {
  F64: { bytes: 8, integer: false, read: (view, offset) => view.getFloat64(offset, true) },
  F32: { bytes: 4, integer: false, read: (view, offset) => view.getFloat32(offset, true) },
  F16: { bytes: 2, integer: false, read: (view, offset) => float16ToNumber(view.getUint16(offset, true)) },
  BF16: { bytes: 2, integer: false, read: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)) },
  I64: { bytes: 8, integer: true, read: (view, offset) => Number(view.getBigInt64(offset, true)) },
  I32: { bytes: 4, integer: true, read: (view, offset) => view.getInt32(offset, true) },
  I16: { bytes: 2, integer: true, read: (view, offset) => view.getInt16(offset, true) },
  I8: { bytes: 1, integer: true, read: (view, offset) => view.getInt8(offset) },
  U64: { bytes: 8, integer: true, read: (view, offset) => Number(view.getBigUint64(offset, true)) },
  U32: { bytes: 4, integer: true, read: (view, offset) => view.getUint32(offset, true) },
  U16: { bytes: 2, integer: true, read: (view, offset) => view.getUint16(offset, true) },
  U8: { bytes: 1, integer: true, read: (view, offset) => view.getUint8(offset) },
  BOOL: { bytes: 1, integer: true, read: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1) },
} satisfies Record<string, ElementType>;

export type Dtype = keyof typeof DTYPES;

/** The types in which this project writes weights. */
export type FloatDtype = "F32" | "F16" | "BF16";

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPES, name);
}

export const dtypeNames = Object.keys(DTYPES).join(", ");

export function bytesPerElement(dtype: Dtype): number {
  return DTYPES[dtype].bytes;
}

/** A variable as stored in a file. `bytes` holds exactly its elements, at any alignment. */
export interface RawTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Rounds wider types to float32. Overflow becomes infinity, which loading then refuses. */
export function toFloat32(tensor: RawTensor): Float32Array {
  if (tensor.dtype === "F16") return float16sToFloat32(tensor.bytes);
  const { bytes, read } = DTYPES[tensor.dtype];
  const view = viewOf(tensor.bytes);
  const values = new Float32Array(tensor.bytes.length / bytes);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * bytes);
  return values;
}

/** For values that are compared more finely than float32 tells them apart. */
export function toFloat64(tensor: RawTensor): Float64Array {
  const { bytes, read } = DTYPES[tensor.dtype];
  const view = viewOf(tensor.bytes);
  return Float64Array.from({ length: tensor.bytes.length / bytes }, (_, i) => read(view, i * bytes));
}

/** @throws ModelError for types other than integers, and for a value beyond 32 bits. */
export function toInt32(tensor: RawTensor, where: string): Int32Array {
  const { bytes, integer, read } = DTYPES[tensor.dtype];
  if (!integer) throw new ModelError({ where, expected: "an integer type", got: tensor.dtype });
  const view = viewOf(tensor.bytes);
  const values = new Int32Array(tensor.bytes.length / bytes);
  for (let i = 0; i < values.length; i++) {
    const value = read(view, i * bytes);
    values[i] = value;
    if (values[i] !== value) throw new ModelError({ where, expected: "32-bit integers", got: String(value) });
  }
  return values;
}

export function fromFloat32(values: Float32Array, dtype: FloatDtype): Uint8Array {
  const bytes = new Uint8Array(values.length * DTYPES[dtype].bytes);
  const view = viewOf(bytes);
  for (let i = 0; i < values.length; i++) {
    if (dtype === "F32") view.setFloat32(i * 4, values[i], true);
    else if (dtype === "F16") view.setUint16(i * 2, numberToFloat16(values[i]), true);
    else view.setUint16(i * 2, numberToBfloat16(values[i]), true);
  }
  return bytes;
}

export function fromInt32(values: Int32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * DTYPES.I32.bytes);
  const view = viewOf(bytes);
  for (let i = 0; i < values.length; i++) view.setInt32(i * 4, values[i], true);
  return bytes;
}

/** Numbers as they are read: float64 and wide integers keep their digits. */
export type Numbers = Float32Array | Float64Array;

const WIDE: readonly Dtype[] = ["F64", "I64", "I32", "U64", "U32"];

/** Reads `count` consecutive elements of `source` from byte `offset` on, unrounded but for integers beyond 2^53. */
export async function readNumbers(
  source: RandomAccessFile,
  offset: number,
  count: number,
  dtype: Dtype,
  bigEndian = false,
): Promise<Numbers> {
  if (!WIDE.includes(dtype)) return readElements(source, offset, count, dtype, bigEndian);
  const { bytes: width, read } = DTYPES[dtype];
  const bytes = new Uint8Array(count * width);
  await source.read(offset, bytes);
  if (bigEndian) swapBytes(bytes, width);
  const view = viewOf(bytes);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * width);
  return values;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The number of bytes that a tensor of this shape takes.
 *
 * @throws ModelError if the product exceeds 2^53, beyond which JavaScript's numbers are no longer exact.
 */
export function byteLengthOf(dtype: Dtype, shape: readonly number[], where: string): number {
  let bytes = bytesPerElement(dtype);
  for (const side of shape) {
    bytes *= side;
    if (!Number.isSafeInteger(bytes)) {
      throw new ModelError({
        where,
        expected: "a size below 2^53 bytes",
        got: `shape [${shape.join(", ")}]`,
      });
    }
  }
  return bytes;
}

/** Reads `count` consecutive elements of `source` from byte `offset` on, as float32. */
export async function readElements(
  source: RandomAccessFile,
  offset: number,
  count: number,
  dtype: Dtype,
  bigEndian = false,
): Promise<Float32Array> {
  if (dtype === "F32" && bigEndian === nativeBigEndian) {
    // Read directly into the result, as is possible for nearly everything in a checkpoint.
    const values = new Float32Array(count);
    await source.read(offset, new Uint8Array(values.buffer));
    return values;
  }
  if (dtype === "F16") {
    const values = new Float32Array(count);
    const halves = halvesIn(values);
    await source.read(offset, halves);
    if (bigEndian !== nativeBigEndian) swapBytes(halves, 2);
    widenHalves(values);
    return values;
  }
  const width = bytesPerElement(dtype);
  const bytes = new Uint8Array(count * width);
  await source.read(offset, bytes);
  if (bigEndian) swapBytes(bytes, width);
  return toFloat32({ dtype, shape: [count], bytes });
}
