import { ModelError } from "../../errors.ts";
import { crc32 } from "../../support/crc.ts";
import { quote } from "../bytes/json.ts";
import { bytesSource, type RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { inflateInto, MAX_DEFLATE_RATIO } from "./inflateInto.ts";
import type { ZipRecord } from "./zipDirectory.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_LENGTH = 30;
const ENCRYPTED = 1;
/** Flag: sizes and checksum follow the data, and the local header may hold zeros instead. */
const SIZES_FOLLOW = 8;
const STORED = 0;
const DEFLATED = 8;
/** Max bytes that a record may unpack to beyond the archive's size; weights hardly compress at all. */
const FREE_BYTES = 32 * 2 ** 20;
const PIECE = 2 ** 20;

/**
 * The unpacked bytes of a zip record. Its local header must agree with the directory. The checksum of the
 * whole record is verified before any read; a read of the whole record does both at once.
 */
export async function zipRecordSource(
  archive: RandomAccessFile,
  record: ZipRecord,
): Promise<RandomAccessFile> {
  const where = `${archive.where} record ${quote(record.path)}`;
  checkReadable(record, archive, where);
  const start = await findData(archive, record, where);
  if (record.method === DEFLATED) return deflatedSource(archive, record, start, where);
  let verified = false;
  return {
    where,
    length: record.length,
    async read(offset, target) {
      const whole = target.length === record.length;
      if (!verified && !whole) {
        const checksum = await checksumInPieces(archive, start, record.length);
        check("checksum", record.checksum, checksum, where);
      }
      await archive.read(start + offset, target);
      if (!verified && whole) check("checksum", record.checksum, crc32(target), where);
      verified = true;
    },
  };
}

function checkReadable(record: ZipRecord, archive: RandomAccessFile, where: string): void {
  const { method, flags, length, packedLength } = record;
  if (flags & ENCRYPTED) throw new ModelError({ where, expected: "plain bytes", got: "encrypted ones" });
  if (method === STORED) {
    check("packed length", length, packedLength, where);
    return;
  }
  if (method !== DEFLATED) {
    const got = `compression method ${method}`;
    throw new ModelError({ where, expected: "a record that is stored or deflated", got });
  }
  const limit = Math.min(archive.length + FREE_BYTES, packedLength * MAX_DEFLATE_RATIO);
  if (length <= limit) return;
  const expected = `compression to no less than its ${packedLength} bytes: at most ${limit} unpacked`;
  throw new ModelError({
    where,
    expected,
    got: String(length),
    hint: "This is not an archive of trained weights.",
  });
}

/** Offset of the record's bytes, after its local header (APPNOTE.TXT 4.3.7). */
async function findData(archive: RandomAccessFile, record: ZipRecord, where: string): Promise<number> {
  const header = new Uint8Array(LOCAL_HEADER_LENGTH);
  await archive.read(record.offset, header);
  const view = new DataView(header.buffer);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    const at = `${where} local header`;
    throw new ModelError({ where: at, expected: `one at ${record.offset}`, got: "other bytes" });
  }
  check("compression method", record.method, view.getUint16(8, true), where);
  const followed = (view.getUint16(6, true) & SIZES_FOLLOW) !== 0;
  const numbers = [
    ["checksum", 14, record.checksum],
    ["packed length", 18, record.packedLength],
    ["length", 22, record.length],
  ] as const;
  for (const [what, at, expected] of numbers) {
    const got = view.getUint32(at, true);
    const left = got === 0xffffffff && what !== "checksum"; // 64 bits, in an extra field
    if (!left && !(followed && got === 0)) check(what, expected, got, `${where} local header`);
  }
  const pathLength = view.getUint16(26, true);
  const path = new Uint8Array(Math.min(pathLength, record.limit - record.offset - LOCAL_HEADER_LENGTH));
  await archive.read(record.offset + LOCAL_HEADER_LENGTH, path);
  check("path", quote(record.path), quote(new TextDecoder().decode(path)), where);
  const start = record.offset + LOCAL_HEADER_LENGTH + pathLength + view.getUint16(28, true);
  if (start + record.packedLength <= record.limit) return start;
  const expected = `its bytes within bounds, before ${record.limit}`;
  throw new ModelError({ where, expected, got: `an end at ${start + record.packedLength}` });
}

function deflatedSource(
  archive: RandomAccessFile,
  record: ZipRecord,
  start: number,
  where: string,
): RandomAccessFile {
  let unpacked: RandomAccessFile | undefined;
  async function unpackInto(target: Uint8Array): Promise<void> {
    await inflateInto(target, { archive, start, length: record.packedLength, where });
    check("checksum", record.checksum, crc32(target), where);
  }
  return {
    where,
    length: record.length,
    async read(offset, target) {
      if (!unpacked && target.length === record.length) return unpackInto(target);
      if (!unpacked) {
        const bytes = new Uint8Array(record.length);
        await unpackInto(bytes);
        unpacked = bytesSource(bytes, where);
      }
      await unpacked.read(offset, target);
    },
  };
}

async function checksumInPieces(archive: RandomAccessFile, start: number, length: number): Promise<number> {
  const piece = new Uint8Array(Math.min(PIECE, length));
  let checksum = 0;
  for (let done = 0; done < length; done += piece.length) {
    const part = piece.subarray(0, length - done);
    await archive.read(start + done, part);
    checksum = crc32(part, checksum);
  }
  return checksum;
}

function check(what: string, expected: number | string, got: number | string, where: string): void {
  if (got === expected) return;
  const hint = "The archive is damaged.";
  throw new ModelError({
    where,
    expected: `${what} ${expected} as in the directory`,
    got: String(got),
    hint,
  });
}
