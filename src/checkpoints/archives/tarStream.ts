/**
 * Reads tar archives as a stream. Own code, because a library was tried and is too lenient: modern-tar 0.8.6,
 * even when strict, reads sparse and unknown entries as files, ignores broken pax records, accepts names that
 * are not UTF-8, and does not give the offsets that reading a large file again needs.
 */
import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";

export interface TarEntry {
  readonly path: string;
  readonly size: number;
  /** Offset of its bytes in the archive. */
  readonly start: number;
}

/** The archive's unpacked bytes in order. */
export interface ForwardReader {
  readonly where: string;
  /** Fills `target` and advances; returns fewer bytes only at the archive's end. */
  fill(target: Uint8Array): Promise<number>;
  /** Skips bytes; skips fewer only at the end. */
  skip(count: number): Promise<number>;
}

const MAX_ENTRIES = 10_000;
const MAX_EXTENSION = 65_536; // of a long name or a pax header
const FILE = "07";
const FOLDER = "5";
const LONG_NAME = "L";
const PAX = "x";
/**
 * Entry types to skip: links and devices have no bytes; long link names and global headers are not needed.
 */
const SKIPPED = "12346Kg";

/**
 * Walks through a tar archive and calls `visit` for each file, which may read up to `size` bytes from
 * `input`.
 *
 * @throws ModelError if the archive is truncated, damaged or of an unknown kind, or if a name leaves the
 *   folder.
 */
export async function walkTar(
  input: ForwardReader,
  visit: (entry: TarEntry) => Promise<number>,
): Promise<void> {
  const { where } = input;
  const seen = new Set<string>();
  const header = new Uint8Array(BLOCK);
  let position = 0;
  let override: { path?: string; size?: number } = {};

  for (;;) {
    const at = `${where}, tar byte ${position}`;
    await exactly(header, at);
    if (header.every((byte) => byte === 0)) return onlyZeros(input, position);
    const stored = parseTarHeader(header, at);
    if (LONG_NAME === stored.type || PAX === stored.type) {
      const extension = await extensionOf(stored.size, at);
      if (stored.type === LONG_NAME) override.path = text(extension, 0, extension.length, at);
      else override = { ...override, ...paxOverride(parsePax(extension, at), at) };
      continue;
    }
    const size = stored.type === FOLDER ? 0 : (override.size ?? stored.size);
    const path = plainPath(override.path ?? stored.path, at);
    override = {};
    let taken = 0;
    if (FILE.includes(stored.type)) {
      if (seen.has(path)) throw fail(at, "every file once", `${quote(path)} twice`);
      if (seen.size >= MAX_ENTRIES) throw fail(at, `at most ${MAX_ENTRIES} files`, "more");
      seen.add(path);
      taken = await visit({ path, size, start: position });
    } else if (stored.type !== FOLDER && !SKIPPED.includes(stored.type)) {
      throw fail(at, "a file, a folder or a link", `an entry of kind ${quote(stored.type)}`);
    }
    await pass(padded(size) - taken, `${at}, ${quote(path)}`);
    position += taken;
  }

  async function exactly(target: Uint8Array, at: string): Promise<void> {
    const got = await input.fill(target);
    if (got < target.length) throw truncated(at, target.length, got);
    position += got;
  }

  async function pass(count: number, at: string): Promise<void> {
    const got = await input.skip(count);
    if (got < count) throw truncated(at, count, got);
    position += got;
  }

  async function extensionOf(size: number, at: string): Promise<Uint8Array> {
    if (size > MAX_EXTENSION) throw fail(at, `a name of at most ${MAX_EXTENSION} bytes`, String(size));
    const bytes = new Uint8Array(padded(size));
    await exactly(bytes, at);
    return bytes.subarray(0, size);
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function paxOverride(records: ReadonlyMap<string, string>, at: string): { path?: string; size?: number } {
  for (const key of records.keys()) {
    if (key.startsWith("GNU.sparse")) throw fail(at, "files without holes", "a sparse file");
  }
  const path = records.get("path");
  const digits = records.get("size");
  if (digits === undefined) return path === undefined ? {} : { path };
  const size = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(size)) throw fail(at, "a size", quote(digits));
  return path === undefined ? { size } : { path, size };
}

/** Normalizes a relative path. @throws ModelError for a name that points outside the archive. */
function plainPath(path: string, at: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const absolute = path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\");
  if (!absolute && !parts.includes("..")) return parts.join("/");
  throw fail(at, "names within the archive's folder", quote(path));
}

/** The last entry must be followed by at least one more block, and only by zeros. */
async function onlyZeros(input: ForwardReader, position: number): Promise<void> {
  const rest = new Uint8Array(65_536);
  for (let at = position; ; at += rest.length) {
    const got = await input.fill(rest);
    const other = rest.subarray(0, got).findIndex((byte) => byte !== 0);
    if (other >= 0)
      throw fail(`${input.where}, tar byte ${at + other}`, "zeros after the archive's end", "data");
    if (got < rest.length) return;
  }
}

function truncated(at: string, needed: number, got: number): ModelError {
  return new ModelError({
    where: at,
    expected: `${needed} more bytes`,
    got: String(got),
    hint: "The archive is truncated.",
  });
}

function fail(where: string, expected: string, got: string): ModelError {
  return new ModelError({ where, expected, got });
}

/** The length of everything in a tar archive is a multiple of this. */
const BLOCK = 512;

export interface TarHeader {
  readonly path: string;
  readonly size: number;
  /** The stored type: `0` a file, `5` a folder, `L` a long name for the next entry, … */
  readonly type: string;
}

/**
 * Parses a header block (POSIX.1-1988 ustar, and GNU's): text and octal numbers at fixed offsets.
 *
 * @throws ModelError if its checksum or a number is wrong.
 */
function parseTarHeader(block: Uint8Array, where: string): TarHeader {
  const stored = number(block, 148, 8, `${where} checksum`);
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i];
  if (sum !== stored) {
    const hint = "The file is damaged or not a tar archive.";
    throw new ModelError({ where, expected: `checksum ${stored}`, got: String(sum), hint });
  }
  const name = text(block, 0, 100, where);
  // GNU archives ("ustar  ") have other fields at the offset of POSIX's path prefix.
  const prefix = text(block, 257, 8, where) === "ustar" ? text(block, 345, 155, where) : "";
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12, `${where} size`),
    type: String.fromCharCode(block[156] || "0".charCodeAt(0)),
  };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text up to the first zero byte. */
function text(block: Uint8Array, start: number, length: number, where: string): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  try {
    return UTF8.decode(end < 0 ? field : field.subarray(0, end));
  } catch (cause) {
    throw new ModelError({ where, expected: "names in UTF-8", got: "other bytes" }, { cause });
  }
}

/**
 * Parses octal digits between spaces and zero bytes, or GNU's form for large numbers: 0x80, then big-endian.
 */
function number(block: Uint8Array, start: number, length: number, where: string): number {
  const field = block.subarray(start, start + length);
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
    throw new ModelError({ where, expected: "a number below 2^53", got: String(value) });
  }
  const characters = String.fromCharCode(...field);
  const octal = /^ *([0-7]+)[ \0]*$/.exec(characters);
  if (octal) return Number.parseInt(octal[1], 8);
  throw new ModelError({ where, expected: "an octal number", got: quote(characters) });
}

/** Parses the records of a pax header; each is `<length> <key>=<value>\n`. */
function parsePax(bytes: Uint8Array, where: string): Map<string, string> {
  const records = new Map<string, string>();
  let position = 0;
  while (position < bytes.length) {
    const space = bytes.indexOf(0x20, position);
    const digits = space < 0 ? "" : text(bytes, position, space - position, where);
    const end = position + (/^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : Number.NaN);
    const record =
      end <= bytes.length && end > space + 1 ? text(bytes, space + 1, end - space - 1, where) : "";
    const match = /^([^=]+)=([\s\S]*)\n$/.exec(record);
    if (!match) {
      const got = quote(digits === "" ? "no length" : `${digits} ${record}`);
      throw new ModelError({ where: `${where}, byte ${position}`, expected: "a pax record", got });
    }
    records.set(match[1], match[2]);
    position = end;
  }
  return records;
}
