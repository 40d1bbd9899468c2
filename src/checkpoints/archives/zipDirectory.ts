import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";

/** A file of a zip archive, as the central directory describes it. */
export interface ZipRecord {
  readonly path: string;
  readonly flags: number;
  /** The compression method. */
  readonly method: number;
  /** CRC-32 of the unpacked bytes. */
  readonly checksum: number;
  readonly packedLength: number;
  /** Size of the unpacked bytes. */
  readonly length: number;
  /** Offset of its local header in the archive. */
  readonly offset: number;
  /** Offset before which its bytes must end: the next record's header, or the directory. */
  readonly limit: number;
}

const SIGNATURE = 0x02014b50;
const HEADER_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;
const MAX_RECORDS = 65_535;
const MAX_DIRECTORY = 16 * 2 ** 20;
const SATURATED = 0xffffffff;
const ZIP64_EXTRA = 1;

/**
 * Reads the central directory of a zip archive (PKWARE's APPNOTE.TXT, 4.3.12), by path.
 *
 * @throws ModelError if it is broken, repeats a path, or has records that overlap or leave the file.
 */
export async function readZipDirectory(source: RandomAccessFile): Promise<ReadonlyMap<string, ZipRecord>> {
  const end = await findZipEnd(source);
  const where = `${source.where} directory`;
  if (end.records > MAX_RECORDS || end.length > MAX_DIRECTORY) {
    const expected = `at most ${MAX_RECORDS} records in ${MAX_DIRECTORY} bytes`;
    throw new ModelError({ where, expected, got: `${end.records} in ${end.length}` });
  }
  const bytes = new Uint8Array(end.length);
  await source.read(end.offset, bytes);
  const records: Omit<ZipRecord, "limit">[] = [];
  let position = 0;
  for (let i = 0; i < end.records; i++) {
    const { record, next } = readRecord(bytes, position, where);
    records.push(record);
    position = next;
  }
  if (position !== bytes.length) {
    const expected = `${end.records} records in ${bytes.length} bytes`;
    throw new ModelError({ where, expected, got: `their end at ${position}`, hint: "The file is damaged." });
  }
  return withLimits(records, end.offset, source.where);
}

function readRecord(bytes: Uint8Array, start: number, where: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  if (view.byteLength < HEADER_LENGTH || view.getUint32(0, true) !== SIGNATURE) {
    throw broken(`${where} byte ${start}`, "the header of a record", "other bytes");
  }
  const pathLength = view.getUint16(28, true);
  const extraLength = view.getUint16(30, true);
  const length = HEADER_LENGTH + pathLength + extraLength + view.getUint16(32, true);
  if (length > view.byteLength) {
    throw broken(`${where} byte ${start}`, `a record of ${length} bytes`, `${view.byteLength} up to the end`);
  }
  const extraStart = start + HEADER_LENGTH + pathLength;
  const path = new TextDecoder().decode(bytes.subarray(start + HEADER_LENGTH, extraStart));
  const place = `${where} ${quote(path)}`;
  const wide = wideNumbers(bytes.subarray(extraStart, extraStart + extraLength), place);
  const [unpacked, packedLength, offset] = [24, 20, 42].map((at) => {
    const number = view.getUint32(at, true);
    return number === SATURATED ? wide() : number;
  });
  const record = {
    path,
    flags: view.getUint16(8, true),
    method: view.getUint16(10, true),
    checksum: view.getUint32(16, true),
    packedLength,
    length: unpacked,
    offset,
  };
  return { record, next: start + length };
}

/** The 64-bit numbers of the Zip64 extra field (4.5.3), in order. */
function wideNumbers(extra: Uint8Array, where: string): () => number {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  let position = 0;
  let end = 0;
  for (let start = 0; start + 4 <= extra.length; start = end) {
    end = start + 4 + view.getUint16(start + 2, true);
    if (end > extra.length) break;
    if (view.getUint16(start, true) !== ZIP64_EXTRA) continue;
    position = start + 4;
    break;
  }
  return () => {
    if (position === 0 || position + 8 > end) throw broken(where, "a number of 64 bits", "none");
    position += 8;
    return Number(view.getBigUint64(position - 8, true));
  };
}

function withLimits(records: readonly Omit<ZipRecord, "limit">[], directory: number, where: string) {
  const limits = new Map<object, number>();
  const inOrder = records.toSorted((a, b) => a.offset - b.offset);
  for (const [i, record] of inOrder.entries()) {
    const next = inOrder[i + 1];
    const limit = Math.min(next?.offset ?? directory, directory);
    const end = record.offset + LOCAL_HEADER_LENGTH + record.packedLength;
    if (end > limit) {
      const following = next ? `where ${quote(next.path)} begins` : "where the directory begins";
      const expected = `its bytes within bounds, before ${limit}, ${following}`;
      throw broken(`${where} ${quote(record.path)}`, expected, `${record.offset} to ${end} or beyond`);
    }
    limits.set(record, limit);
  }
  const found = new Map<string, ZipRecord>();
  for (const record of records) {
    if (found.has(record.path)) throw broken(where, `one record ${quote(record.path)}`, "two");
    found.set(record.path, { ...record, limit: limits.get(record) ?? directory });
  }
  return found;
}

function broken(where: string, expected: string, got: string): ModelError {
  return new ModelError({ where, expected, got, hint: "The archive is damaged." });
}

/** The position of a zip archive's directory. */
export interface ZipEnd {
  readonly records: number;
  readonly offset: number;
  readonly length: number;
}

const END = { signature: 0x06054b50, length: 22 };
const LOCATOR = { signature: 0x07064b50, length: 20 };
const WIDE_END = { signature: 0x06064b50, length: 56 };
const MAX_COMMENT = 0xffff;

/**
 * Reads a zip archive's end record (APPNOTE.TXT 4.3.14 to 4.3.16). The Zip64 record counts only if the
 * ordinary fields overflow.
 *
 * @throws ModelError if the file has no end record, or the directory lies outside the file.
 */
async function findZipEnd(source: RandomAccessFile): Promise<ZipEnd> {
  const tail = new Uint8Array(Math.min(source.length, END.length + MAX_COMMENT));
  const tailStart = source.length - tail.length;
  await source.read(tailStart, tail);
  const view = new DataView(tail.buffer);
  let position = tail.length - END.length;
  while (position >= 0 && !isEnd(view, position)) position--;
  if (position < 0) {
    const expected = "a zip archive with its directory at the end";
    const hint = "The file is truncated: download it again.";
    throw new ModelError({ where: source.where, expected, got: "none", hint });
  }
  const disks = view.getUint32(position + 4, true);
  let end: ZipEnd = {
    records: view.getUint16(position + 10, true),
    length: view.getUint32(position + 12, true),
    offset: view.getUint32(position + 16, true),
  };
  if (end.records === 0xffff || end.length === 0xffffffff || end.offset === 0xffffffff) {
    end = await findWideEnd(source, tailStart + position);
  } else if (disks !== 0) {
    throw new ModelError({ where: source.where, expected: "an archive of one file", got: "one of several" });
  }
  if (end.offset + end.length > tailStart + position) {
    throw new ModelError({
      where: source.where,
      expected: `the directory before ${tailStart + position}, where the archive ends`,
      got: `${end.length} bytes at ${end.offset}`,
      hint: "The file is truncated or damaged.",
    });
  }
  return end;
}

/** The comment comes last, so it must end where the file ends. */
function isEnd(view: DataView, position: number): boolean {
  if (view.getUint32(position, true) !== END.signature) return false;
  return position + END.length + view.getUint16(position + 20, true) === view.byteLength;
}

async function findWideEnd(source: RandomAccessFile, end: number): Promise<ZipEnd> {
  const locator = await read(source, end - LOCATOR.length, LOCATOR);
  const view = await read(source, Number(locator.getBigUint64(8, true)), WIDE_END);
  return {
    records: Number(view.getBigUint64(32, true)),
    length: Number(view.getBigUint64(40, true)),
    offset: Number(view.getBigUint64(48, true)),
  };
}

async function read(
  source: RandomAccessFile,
  offset: number,
  { signature, length }: typeof END,
): Promise<DataView> {
  const bytes = new Uint8Array(length);
  if (offset >= 0 && offset + length <= source.length) await source.read(offset, bytes);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) === signature) return view;
  const where = `${source.where} byte ${offset}`;
  const hint = "The archive is damaged.";
  throw new ModelError({ where, expected: "the directory's place in 64 bits", got: "other bytes", hint });
}
