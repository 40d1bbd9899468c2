import { ModelError } from "../../errors.ts";
import { formatShape } from "../../tensor.ts";
import { byteLengthOf, dtypeNames, isDtype, type RawTensor, toFloat32, toInt32 } from "../bytes/dtype.ts";
import {
  expectArray,
  expectObject,
  expectSize,
  expectString,
  type JsonValue,
  parseJson,
  quote,
} from "../bytes/json.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";

/**
 * The safetensors format (https://github.com/huggingface/safetensors, "Format"):
 *
 *     8 bytes   length N of the header, unsigned little-endian
 *     N bytes   JSON: { "__metadata__": {string: string}, name: { dtype, shape, data_offsets: [begin, end] } }
 *     the rest  the tensors' bytes; offsets count from here
 *
 * As in the reference implementation, the tensors must cover the rest exactly: no overlap, no hole. In
 * addition, keys must not repeat and the number of entries is limited.
 */
export interface SafetensorsList {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The position of a tensor's elements: `begin` and `end` count from the start of the file. */
export interface StoredTensor extends Omit<RawTensor, "bytes"> {
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes, which are views of the file's, not copies. */
  readonly tensors: ReadonlyMap<string, RawTensor>;
}

export { toFloat32, toInt32 };

const LENGTH_BYTES = 8;
const MAX_HEADER = 100_000_000; // the reference implementation's limit
const MAX_TENSORS = 20_000;
const METADATA = "__metadata__";

/** Reads only the header and checks the file's length against it. @throws ModelError and nothing else. */
export async function listSafetensors(source: RandomAccessFile): Promise<SafetensorsList> {
  const { where, length } = source;
  const start = new Uint8Array(Math.min(length, LENGTH_BYTES));
  await source.read(0, start);
  const header = new Uint8Array(headerEnd(start, length, where) - LENGTH_BYTES);
  await source.read(LENGTH_BYTES, header);
  return parseHeader(header, length, where);
}

/** The same for a whole file in memory. */
export function parseSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const header = bytes.subarray(LENGTH_BYTES, headerEnd(bytes, bytes.length, where));
  const { metadata, tensors } = parseHeader(header, bytes.length, where);
  const raw = [...tensors].map(
    ([name, { dtype, shape, begin, end }]) =>
      [name, { dtype, shape, bytes: bytes.subarray(begin, end) }] as const,
  );
  return { metadata, tensors: new Map(raw) };
}

function parseHeader(header: Uint8Array, fileLength: number, where: string): SafetensorsList {
  const limits = { depth: 4, values: MAX_TENSORS * 10 };
  const entries = expectObject(parseJson(header, `${where} header`, limits), `${where} header`);
  const metadata = new Map<string, string>();
  const dataBegin = LENGTH_BYTES + header.length;
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
  if (spans.length > MAX_TENSORS) {
    throw new ModelError({ where, expected: `at most ${MAX_TENSORS} tensors`, got: String(spans.length) });
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(spans, fileLength - dataBegin, where);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of spans) {
    tensors.set(name, { dtype, shape, begin: dataBegin + begin, end: dataBegin + end });
  }
  return { metadata, tensors };
}

/** As in the header: offsets count from the header's end. */
interface Span extends StoredTensor {
  readonly name: string;
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** Reads the header's length. The file has `fileLength` bytes; `start` holds at least the first eight. */
function headerEnd(start: Uint8Array, fileLength: number, where: string): number {
  const hint = "The file is truncated or not a safetensors file.";
  if (fileLength < LENGTH_BYTES) {
    throw new ModelError({ where, expected: "at least 8 bytes", got: `${fileLength}`, hint });
  }
  const length = headerLength(start);
  if (length > MAX_HEADER) {
    const expected = `a header of at most ${MAX_HEADER} bytes`;
    throw new ModelError({
      where,
      expected,
      got: `a length of ${length}`,
      hint: "This is not a safetensors file.",
    });
  }
  const end = LENGTH_BYTES + length;
  if (fileLength < end) {
    throw new ModelError({
      where,
      expected: `${end} bytes up to the header's end`,
      got: `${fileLength}`,
      hint,
    });
  }
  return end;
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
