import { ModelError } from "../../errors.ts";
import { crc32c, maskCrc } from "../../support/crc.ts";
import { elementCount } from "../../tensor.ts";
import { toFloat32 } from "../bytes/dtype.ts";
import { quote } from "../bytes/json.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { unknownVariable } from "../checkpoint.ts";
import { type BundleEntry, type BundleIndex, parseBundleIndex } from "./bundleIndex.ts";

/**
 * The variables of a TensorFlow checkpoint (tensor_bundle.cc, "TensorBundle"): an index, and data files that
 * hold each variable with a checksum. Variables are read on demand.
 */
export interface TensorBundle {
  /** By key, sorted by the keys' bytes. */
  readonly entries: ReadonlyMap<string, BundleEntry>;
  /** Numbers, row-major. */
  read(key: string): Promise<Float32Array>;
  /** The elements of a string variable, as bytes. */
  readTexts(key: string): Promise<Uint8Array[]>;
}

/**
 * Opens a bundle. `index` is the `.index` file; `openShard` returns data file i of n. Both methods of the
 * result throw a ModelError if the variable is unknown, of the other kind, or fails its checksum.
 */
export async function openTensorBundle(
  index: Uint8Array,
  where: string,
  openShard: (shard: number, shards: number) => Promise<RandomAccessFile>,
): Promise<TensorBundle> {
  const { shards, entries } = parseBundleIndex(index, where);
  const sources: RandomAccessFile[] = [];
  for (let shard = 0; shard < shards; shard++) sources.push(await openShard(shard, shards));
  checkLengths({ shards, entries }, sources);

  function find(key: string): { entry: BundleEntry; source: RandomAccessFile; place: string } {
    const entry = entries.get(key);
    if (!entry) throw unknownVariable(where, key);
    const source = sources[entry.shard];
    return { entry, source, place: `${source.where} variable ${quote(key)}` };
  }

  return {
    entries,
    async read(key) {
      const { entry, source, place } = find(key);
      const { dtype, shape, offset, byteLength, checksum } = entry;
      if (dtype === "STRING") throw new ModelError({ where: place, expected: "numbers", got: "text" });
      // Float32 data, nearly everything, are read directly into the result.
      const values = dtype === "F32" && littleEndian ? new Float32Array(elementCount(shape)) : undefined;
      const bytes = values ? new Uint8Array(values.buffer) : new Uint8Array(byteLength);
      await source.read(offset, bytes);
      checkSum(maskCrc(crc32c(bytes)), checksum, place);
      return values ?? toFloat32({ dtype, shape, bytes });
    },
    async readTexts(key) {
      const { entry, source, place } = find(key);
      if (entry.dtype !== "STRING") {
        throw new ModelError({ where: place, expected: "text", got: entry.dtype });
      }
      const bytes = new Uint8Array(entry.byteLength);
      await source.read(entry.offset, bytes);
      return splitTexts(bytes, entry, place);
    },
  };
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function checkLengths({ entries }: BundleIndex, sources: readonly RandomAccessFile[]): void {
  for (const [key, { shard, offset, byteLength }] of entries) {
    const { where, length } = sources[shard];
    if (offset + byteLength <= length) continue;
    throw new ModelError({
      where,
      expected: `${offset + byteLength} bytes up to the end of variable ${quote(key)}`,
      got: String(length),
      hint: "The file is truncated or belongs to another index.",
    });
  }
}

function checkSum(got: number, expected: number, where: string): void {
  if (got === expected) return;
  throw new ModelError({
    where,
    expected: `checksum ${expected} (masked CRC32C)`,
    got: String(got),
    hint: "The file is damaged.",
  });
}

/**
 * String tensors store all lengths as varints, a checksum of the lengths, then all strings. Both checksums
 * are computed with each length as 4 bytes (8 if needed) instead of the stored varint.
 */
function splitTexts(bytes: Uint8Array, { shape, checksum }: BundleEntry, where: string): Uint8Array[] {
  const count = elementCount(shape);
  const lengths: number[] = [];
  let position = 0;
  for (let i = 0; i < count; i++) lengths.push(varint());
  let crc = 0;
  for (const length of lengths) crc = crc32c(fixed(length), crc);
  if (bytes.length - position < 4) throw broken("a checksum of the lengths");
  const stored = bytes.subarray(position, position + 4);
  position += 4;
  checkSum(maskCrc(crc), new DataView(stored.buffer, stored.byteOffset, 4).getUint32(0, true), where);
  checkSum(maskCrc(crc32c(bytes.subarray(position), crc32c(stored, crc))), checksum, where);
  const texts = lengths.map((length) => {
    if (length > bytes.length - position) throw broken(`${length} bytes of text`);
    position += length;
    return bytes.subarray(position - length, position);
  });
  if (position !== bytes.length) throw broken("nothing after the last text");
  return texts;

  function varint(): number {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      if (position >= bytes.length) break;
      const byte = bytes[position++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw broken("the length of a text");
  }

  function broken(expected: string): ModelError {
    return new ModelError({ where: `${where}, byte ${position}`, expected, got: "other bytes" });
  }
}

function fixed(length: number): Uint8Array {
  const bytes = new Uint8Array(length > 0xffffffff ? 8 : 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length % 2 ** 32, true);
  if (bytes.length === 8) view.setUint32(4, Math.floor(length / 2 ** 32), true);
  return bytes;
}
