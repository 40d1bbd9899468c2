import { ModelError, UsageError } from "../errors.ts";
import { elementCount, formatShape, type Parameter } from "../tensor.ts";
import {
  byteLengthOf,
  dtypeNames,
  type FloatDtype,
  fromFloat32,
  isDtype,
  type RawTensor,
  toFloat32,
  toInt32,
} from "./dtype.ts";
import {
  expectArray,
  expectObject,
  expectSize,
  expectString,
  type JsonValue,
  parseJson,
  quote,
} from "./json.ts";

/**
 * The safetensors format (https://github.com/huggingface/safetensors, "Format"):
 *
 *     8 bytes   length N of the header, unsigned little-endian
 *     N bytes   JSON: { "__metadata__": {string: string}, name: { dtype, shape, data_offsets: [begin, end] } }
 *     the rest  the tensors' bytes; offsets count from here
 *
 * As in the reference implementation the tensors must cover the rest exactly: no overlap, no hole. Beyond
 * it, keys may not repeat and the number of entries is limited.
 */
export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes. The bytes are views of the file's, not copies. */
  readonly tensors: ReadonlyMap<string, RawTensor>;
}

export { toFloat32, toInt32 };

const LARGEST_HEADER = 100_000_000; // the reference implementation's limit
const MOST_TENSORS = 20_000;
const METADATA = "__metadata__";

/** Reads a whole file's bytes; `where` names it in errors. Throws ModelError only. */
export function parseSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const { header, data } = splitHeader(bytes, where);
  const limits = { depth: 4, values: MOST_TENSORS * 10 };
  const entries = expectObject(parseJson(header, `${where} header`, limits), `${where} header`);
  const metadata = new Map<string, string>();
  const spans: Span[] = [];
  for (const [name, entry] of entries) {
    if (name === METADATA) {
      for (const [key, value] of expectObject(entry, `${where} ${METADATA}`)) {
        metadata.set(key, expectString(value, `${where} ${METADATA} ${quote(key)}`));
      }
    } else {
      spans.push(parseEntry(name, entry, where));
    }
  }
  if (spans.length > MOST_TENSORS) {
    throw new ModelError({ where, expected: `at most ${MOST_TENSORS} tensors`, got: String(spans.length) });
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(spans, data.length, where);
  const tensors = new Map<string, RawTensor>();
  for (const { name, dtype, shape, begin, end } of spans) {
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) });
  }
  return { metadata, tensors };
}

/** Whether a file begins as a safetensors file does; says nothing about the rest. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length >= 9 && headerLength(bytes) <= LARGEST_HEADER && bytes[8] === "{".charCodeAt(0);
}

interface Span extends Omit<RawTensor, "bytes"> {
  name: string;
  begin: number;
  end: number;
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

function splitHeader(bytes: Uint8Array, where: string): { header: Uint8Array; data: Uint8Array } {
  const hint = "The file is truncated or no safetensors file.";
  if (bytes.length < 8) {
    throw new ModelError({ where, expected: "at least 8 bytes", got: `${bytes.length}`, hint });
  }
  const length = headerLength(bytes);
  if (length > LARGEST_HEADER) {
    const expected = `a header of at most ${LARGEST_HEADER} bytes`;
    throw new ModelError({
      where,
      expected,
      got: `a length of ${length}`,
      hint: "It is no safetensors file.",
    });
  }
  const end = 8 + length;
  if (bytes.length < end) {
    throw new ModelError({
      where,
      expected: `${end} bytes up to the header's end`,
      got: `${bytes.length}`,
      hint,
    });
  }
  return { header: bytes.subarray(8, end), data: bytes.subarray(end) };
}

function parseEntry(name: string, value: JsonValue, file: string): Span {
  const where = `${file} tensor ${quote(name)}`;
  const entry = expectObject(value, where);
  const dtype = expectString(entry.get("dtype"), `${where} dtype`);
  if (!isDtype(dtype)) {
    throw new ModelError({ where, expected: `a dtype of ${dtypeNames}`, got: quote(dtype) });
  }
  const shape = expectArray(entry.get("shape"), `${where} shape`).map((side) =>
    expectSize(side, `${where} shape`),
  );
  const offsets = expectArray(entry.get("data_offsets"), `${where} data_offsets`);
  if (offsets.length !== 2) {
    throw new ModelError({ where, expected: "two data_offsets", got: String(offsets.length) });
  }
  const [begin, end] = offsets.map((offset) => expectSize(offset, `${where} data_offsets`));
  const expectedBytes = byteLengthOf(dtype, shape, where);
  if (end - begin !== expectedBytes) {
    const expected = `${expectedBytes} bytes for ${dtype} ${formatShape(shape)}`;
    throw new ModelError({ where, expected, got: `data_offsets [${begin}, ${end}]` });
  }
  return { name, dtype, shape, begin, end };
}

/** `spans` in order of begin; together they must be [0, length) without overlap or hole. */
function checkCoverage(spans: readonly Span[], length: number, where: string): void {
  let covered = 0;
  let previous = "the header";
  for (const { name, begin, end } of spans) {
    if (begin !== covered) {
      const kind = begin < covered ? "an overlap" : "a hole";
      throw new ModelError({
        where: `${where} tensor ${quote(name)}`,
        expected: `its data to begin at ${covered}, where that of ${previous} ends`,
        got: `${kind}: it begins at ${begin}`,
      });
    }
    covered = end;
    previous = quote(name);
  }
  if (covered !== length) {
    throw new ModelError({
      where,
      expected: `${covered} bytes of tensor data`,
      got: String(length),
      hint: length < covered ? "The file is truncated." : "Bytes follow that no tensor owns.",
    });
  }
}

/**
 * Writes `tensors` in their order as `dtype` (values are rounded to the nearest). The same input gives the
 * same bytes. Throws UsageError where a tensor's shape and data disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Parameter>,
  metadata: ReadonlyMap<string, string>,
  { dtype }: { dtype: FloatDtype },
): Uint8Array {
  const header: [string, unknown][] = [];
  if (metadata.size > 0) header.push([METADATA, Object.fromEntries(metadata)]);
  const blocks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA || elementCount(shape) !== data.length) {
      const got = `${data.length} elements of shape ${formatShape(shape)}`;
      throw new UsageError({
        where: `tensor ${quote(name)}`,
        expected: "a name and shape fit for its data",
        got,
      });
    }
    const block = fromFloat32(data, dtype);
    blocks.push(block);
    header.push([name, { dtype, shape, data_offsets: [offset, offset + block.length] }]);
    offset += block.length;
  }
  // fromEntries defines each key as its own property, so that even "__proto__" is written.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8; // the format asks for tensors aligned to 8 bytes
  const file = new Uint8Array(8 + length + offset).fill(" ".charCodeAt(0), 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  let position = 8 + length;
  for (const block of blocks) {
    file.set(block, position);
    position += block.length;
  }
  return file;
}
