import { ModelError } from "../errors.ts";
import type { ByteSource } from "./bytes/byteSource.ts";

/** Where a zip archive's directory lies. */
export interface ZipEnd {
  readonly records: number;
  readonly offset: number;
  readonly length: number;
}

const END = { signature: 0x06054b50, length: 22 };
const LOCATOR = { signature: 0x07064b50, length: 20 };
const WIDE_END = { signature: 0x06064b50, length: 56 };
const LONGEST_COMMENT = 0xffff;

/**
 * Reads a zip archive's end (APPNOTE.TXT 4.3.14 to 4.3.16). The numbers of 64 bits count only where those of
 * the ordinary end do not suffice. Throws ModelError where the file has no end or the directory is not in it.
 */
export async function findZipEnd(source: ByteSource): Promise<ZipEnd> {
  const tail = new Uint8Array(Math.min(source.length, END.length + LONGEST_COMMENT));
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

/** The comment, which is the last thing in the file, must reach the file's end. */
function isEnd(view: DataView, position: number): boolean {
  if (view.getUint32(position, true) !== END.signature) return false;
  return position + END.length + view.getUint16(position + 20, true) === view.byteLength;
}

async function findWideEnd(source: ByteSource, end: number): Promise<ZipEnd> {
  const locator = await read(source, end - LOCATOR.length, LOCATOR);
  const view = await read(source, Number(locator.getBigUint64(8, true)), WIDE_END);
  return {
    records: Number(view.getBigUint64(32, true)),
    length: Number(view.getBigUint64(40, true)),
    offset: Number(view.getBigUint64(48, true)),
  };
}

async function read(
  source: ByteSource,
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
