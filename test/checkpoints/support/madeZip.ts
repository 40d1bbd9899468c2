import { deflateSync } from "fflate";
import { crc32 } from "../../../src/support/crc.ts";

export interface MadeRecord {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly deflated?: boolean;
  /** Numbers of the two headers that shall be others than the true ones. */
  readonly central?: Partial<Header>;
  readonly local?: Partial<Header>;
}

interface Header {
  flags: number;
  method: number;
  checksum: number;
  packedLength: number;
  length: number;
  offset: number;
  path: string;
}

export interface ZipOptions {
  readonly comment?: Uint8Array;
  /** Put all numbers of the directory into their 64-bit places. */
  readonly wide?: boolean;
}

const WIDE = 0xffffffff;

/** A zip archive, which is right but for what `records` say otherwise. */
export function madeZip(records: readonly MadeRecord[], options: ZipOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    position += part.length;
  };
  for (const { path, bytes, deflated = false, central, local } of records) {
    const packed = deflated ? deflateSync(bytes) : bytes;
    const header: Header = {
      flags: 0,
      method: deflated ? 8 : 0,
      checksum: crc32(bytes),
      packedLength: packed.length,
      length: bytes.length,
      offset: position,
      path,
    };
    directory.push(centralHeader({ ...header, ...central }, options.wide === true));
    add(localHeader({ ...header, ...local }));
    add(packed);
  }
  const start = position;
  for (const part of directory) add(part);
  add(archiveEnd({ count: records.length, start, end: position }, options));
  return joined(parts);
}

function localHeader({ flags, method, checksum, packedLength, length, path }: Header): Uint8Array {
  const name = new TextEncoder().encode(path);
  const numbers = [u32(0x04034b50), u16(20), u16(flags), u16(method), u32(0), u32(checksum)];
  return joined([...numbers, u32(packedLength), u32(length), u16(name.length), u16(0), name]);
}

function centralHeader(header: Header, wide: boolean): Uint8Array {
  const { flags, method, checksum, packedLength, length, offset, path } = header;
  const name = new TextEncoder().encode(path);
  const sizes = [length, packedLength, offset];
  const extra = wide
    ? joined([u16(99), u16(1), u8(0), u16(1), u16(24), ...sizes.map(u64)])
    : new Uint8Array(0);
  const shown = (value: number) => u32(wide ? WIDE : value);
  return joined([
    ...[u32(0x02014b50), u16(20), u16(20), u16(flags), u16(method), u32(0), u32(checksum)],
    ...[shown(packedLength), shown(length), u16(name.length), u16(extra.length), u16(0)],
    ...[u16(0), u16(0), u32(0), shown(offset), name, extra],
  ]);
}

interface Directory {
  count: number;
  start: number;
  end: number;
}

function archiveEnd({ count, start, end }: Directory, { wide, comment = new Uint8Array(0) }: ZipOptions) {
  const places = [u16(wide ? 0xffff : count), u32(wide ? WIDE : end - start), u32(wide ? WIDE : start)];
  const ordinary = [u32(0x06054b50), u32(0), u16(count), ...places, u16(comment.length), comment];
  if (!wide) return joined(ordinary);
  const record = [
    u32(0x06064b50),
    u64(44),
    u32(0),
    u64(0),
    u64(count),
    u64(count),
    u64(end - start),
    u64(start),
  ];
  return joined([...record, u32(0x07064b50), u32(0), u64(end), u32(1), ...ordinary]);
}

const u8 = (value: number) => Uint8Array.of(value);
const u16 = (value: number) => Uint8Array.of(value & 255, value >> 8);
const u32 = (value: number) => joined([u16(value % 65536), u16(Math.floor(value / 65536))]);
const u64 = (value: number) => joined([u32(value % 2 ** 32), u32(Math.floor(value / 2 ** 32))]);

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}
