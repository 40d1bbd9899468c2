import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { BLOCK, parsePax, parseTarHeader, text } from "../tarHeader.ts";

export interface TarEntry {
  readonly path: string;
  readonly size: number;
  /** Where its bytes begin in the archive. */
  readonly start: number;
}

/** The archive's bytes in order, whoever unpacks them. */
export interface ForwardReader {
  readonly where: string;
  /** Fills `target` and goes on; fewer bytes only at the archive's end. */
  fill(target: Uint8Array): Promise<number>;
  /** Goes forward without keeping the bytes; fewer only at the end. */
  skip(count: number): Promise<number>;
}

const MOST_ENTRIES = 10_000;
const LONGEST_EXTENSION = 65_536; // of a long name or a pax header
const FILE = "07";
const FOLDER = "5";
const LONG_NAME = "L";
const PAX = "x";
/** Links and devices have no bytes that could be asked for; a long link name and a global header say nothing of use. */
const SKIPPED = "12346Kg";

/**
 * Walks through a tar archive from end to end and calls `visit` for each file, which may read its `size`
 * bytes, in part or whole, from `input`. Nothing is written anywhere, and names that leave the folder are
 * refused all the same. Throws ModelError where the archive is truncated, damaged or of an unknown kind.
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
      if (seen.size >= MOST_ENTRIES) throw fail(at, `at most ${MOST_ENTRIES} files`, "more");
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
    if (size > LONGEST_EXTENSION)
      throw fail(at, `a name of at most ${LONGEST_EXTENSION} bytes`, String(size));
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
    if (key.startsWith("GNU.sparse")) throw fail(at, "files stored whole", "a sparse file");
  }
  const path = records.get("path");
  const digits = records.get("size");
  if (digits === undefined) return path === undefined ? {} : { path };
  const size = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(size)) throw fail(at, "a size", quote(digits));
  return path === undefined ? { size } : { path, size };
}

/** Relative, without detours: whoever wrote the archive must not make names mean something outside of it. */
function plainPath(path: string, at: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const absolute = path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\");
  if (!absolute && !parts.includes("..")) return parts.join("/");
  throw fail(at, "names within the archive's folder", quote(path));
}

/** After the last entry stand at least one more block, and zeros only. */
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
