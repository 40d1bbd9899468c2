import { ModelError } from "../../errors.ts";
import { crc32c, maskCrc } from "../../support/crc.ts";
import { quote } from "../bytes/json.ts";
import { unsnappy } from "./snappy.ts";

/**
 * A sorted table of keys and values as written by LevelDB (google/leveldb, doc/table_format.md), the format
 * of a TensorBundle's `.index`: blocks of entries with checksums, a block that lists the blocks, and a footer
 * of 48 bytes with the position of that list.
 */
const FOOTER = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** The trailer of each block: its type and its checksum. */
const TRAILER = 5;
const PLAIN = 0;
const SNAPPY = 1;
const MAX_KEY = 4096;
/** Keys share prefixes with their predecessor, so a few bytes can expand to long keys; this limits them. */
const MAX_KEY_BYTES = 32 * 2 ** 20;

const TEXT = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the values by key, in key order. Values of uncompressed blocks are views of the file. Every block's
 * checksum is verified. `where` names the file.
 *
 * @throws ModelError and nothing else.
 */
export function readSortedTable(file: Uint8Array, where: string): Map<string, Uint8Array> {
  const footer = file.length - FOOTER;
  if (footer < 0 || MAGIC.some((byte, i) => file[footer + 40 + i] !== byte)) {
    throw new ModelError({
      where,
      expected: "a table that ends in its footer",
      got: `${file.length} bytes without one`,
      hint: "The file is truncated or not a checkpoint's index.",
    });
  }
  const handles = new Cursor(file.subarray(footer, footer + 40), `${where} footer`);
  readHandle(handles); // of the metaindex, which holds nothing in a TensorBundle
  const index = readBlock(file.subarray(0, footer), readHandle(handles), `${where} index block`);

  const values = new Map<string, Uint8Array>();
  let previous: Uint8Array | undefined;
  let keyBytes = 0;
  for (const { value: handle } of entriesOf(index, `${where} index block`)) {
    const at = readHandle(new Cursor(handle, `${where} index block`));
    const block = `${where} block at ${at.offset}`;
    for (const { key, value } of entriesOf(readBlock(file.subarray(0, footer), at, block), block)) {
      const name = keyText(key, block);
      keyBytes += key.length;
      if (keyBytes > MAX_KEY_BYTES) throw tooLong(block, `at most ${MAX_KEY_BYTES} bytes of keys`);
      if (previous && compare(previous, key) >= 0) {
        const expected = `keys in ascending order, each once`;
        throw new ModelError({ where: block, expected, got: `${quote(name)} after a key not before it` });
      }
      previous = key;
      values.set(name, value);
    }
  }
  return values;
}

interface Handle {
  offset: number;
  size: number;
}

function readHandle(cursor: Cursor): Handle {
  return { offset: cursor.varint(), size: cursor.varint() };
}

/** `blocks` is the file without its footer. */
function readBlock(blocks: Uint8Array, { offset, size }: Handle, where: string): Uint8Array {
  const end = offset + size + TRAILER;
  if (end > blocks.length) {
    throw new ModelError({
      where,
      expected: `${end} bytes before the footer`,
      got: `${blocks.length}`,
      hint: "The file is truncated or broken.",
    });
  }
  const stored = blocks.subarray(offset, offset + size + 1);
  const trailer = new DataView(blocks.buffer, blocks.byteOffset + offset + size, TRAILER);
  const checksum = maskCrc(crc32c(stored));
  if (checksum !== trailer.getUint32(1, true)) {
    throw new ModelError({
      where,
      expected: `checksum ${trailer.getUint32(1, true)} (masked CRC32C)`,
      got: `${checksum}`,
      hint: "The file is damaged.",
    });
  }
  const contents = stored.subarray(0, size);
  const type = trailer.getUint8(0);
  if (type === PLAIN) return contents;
  if (type === SNAPPY) return unsnappy(contents, where);
  throw new ModelError({ where, expected: "a plain or snappy-compressed block", got: `compression ${type}` });
}

interface Entry {
  key: Uint8Array;
  value: Uint8Array;
}

/** Walks from the first entry to the restart points, which are only needed for searching. */
function* entriesOf(block: Uint8Array, where: string): Generator<Entry> {
  const fail = (expected: string, got: string) => new ModelError({ where, expected, got });
  if (block.length < 4) throw fail("a block of at least 4 bytes", String(block.length));
  const restarts = new DataView(block.buffer, block.byteOffset + block.length - 4, 4).getUint32(0, true);
  const end = block.length - 4 - 4 * restarts;
  if (restarts < 1 || end < 0) throw fail("restart points within the block", String(restarts));
  const cursor = new Cursor(block.subarray(0, end), where);
  let previous = new Uint8Array(0);
  while (!cursor.done) {
    const [shared, unshared, valueLength] = [cursor.varint(), cursor.varint(), cursor.varint()];
    if (shared > previous.length) throw fail(`at most ${previous.length} shared bytes`, String(shared));
    if (shared + unshared > MAX_KEY) throw tooLong(where, `keys of at most ${MAX_KEY} bytes`);
    const key = new Uint8Array(shared + unshared);
    key.set(previous.subarray(0, shared));
    key.set(cursor.take(unshared), shared);
    yield { key, value: cursor.take(valueLength) };
    previous = key;
  }
}

function tooLong(where: string, expected: string): ModelError {
  return new ModelError({ where, expected, got: "more" });
}

function keyText(key: Uint8Array, where: string): string {
  try {
    return TEXT.decode(key);
  } catch (cause) {
    throw new ModelError({ where, expected: "keys in UTF-8", got: "other bytes" }, { cause });
  }
}

/** Compares by unsigned bytes. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

class Cursor {
  private position = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {}

  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      if (this.done) throw this.fail("a number", "the end of the data");
      const byte = this.bytes[this.position++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.fail("a number below 2^49", "more");
  }

  take(length: number): Uint8Array {
    const left = this.bytes.length - this.position;
    if (length > left) throw this.fail(`${length} bytes`, `${left}`);
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  private fail(expected: string, got: string): ModelError {
    return new ModelError({ where: `${this.where}, byte ${this.position}`, expected, got });
  }
}
