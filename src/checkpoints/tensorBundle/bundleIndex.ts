import { ModelError } from "../../errors.ts";
import { byteLengthOf, type Dtype } from "../bytes/dtype.ts";
import { quote } from "../bytes/json.ts";
import { readMessage } from "../bytes/protobufWire.ts";
import { readSortedTable } from "./sortedTable.ts";

/** The contents of a TensorBundle's `.index` (TensorFlow, tensor_bundle.proto). */
export interface BundleIndex {
  /** The number of data files, `.data-00000-of-0000n` and so on. */
  readonly shards: number;
  /** By key, sorted by the keys' bytes. */
  readonly entries: ReadonlyMap<string, BundleEntry>;
}

export interface BundleEntry {
  readonly dtype: Dtype | "STRING";
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  /** In the file. */
  readonly byteLength: number;
  /** Masked CRC32C. */
  readonly checksum: number;
}

/** types.proto's DataType. */
const DTYPES: ReadonlyMap<number, Dtype | "STRING"> = new Map([
  [1, "F32"],
  [2, "F64"],
  [3, "I32"],
  [4, "U8"],
  [5, "I16"],
  [6, "I8"],
  [7, "STRING"],
  [9, "I64"],
  [10, "BOOL"],
  [14, "BF16"],
  [17, "U16"],
  [19, "F16"],
  [22, "U32"],
  [23, "U64"],
]);

const MAX_VARIABLES = 100_000;
const MAX_SHARDS = 10_000;
const MAX_DIMENSIONS = 254; // TensorFlow's own limit
/** The reader version that a bundle requires; only one exists so far. */
const KNOWN_VERSION = 1;

/** @throws ModelError for a damaged index, and for variables that overlap or cannot be read. */
export function parseBundleIndex(bytes: Uint8Array, where: string): BundleIndex {
  const values = readSortedTable(bytes, where);
  const header = values.get("");
  if (!header) throw new ModelError({ where, expected: "the header of a TensorBundle", got: "none" });
  const shards = parseHeader(header, where);
  values.delete("");
  if (values.size > MAX_VARIABLES) {
    throw new ModelError({ where, expected: `at most ${MAX_VARIABLES} variables`, got: `${values.size}` });
  }
  const entries = [...values].map(
    ([key, value]) => [key, parseEntry(value, shards, `${where} variable ${quote(key)}`)] as const,
  );
  entries.sort(([, a], [, b]) => a.shard - b.shard || a.offset - b.offset || a.byteLength - b.byteLength);
  checkOverlaps(entries, where);
  return { shards, entries: new Map(entries) };
}

function parseHeader(message: Uint8Array, file: string): number {
  const where = `${file} header`;
  const header = { shards: 0, endianness: 0, consumer: 0 };
  readMessage(message, where, {
    1: (field) => (header.shards = field.size()),
    2: (field) => (header.endianness = field.size()),
    3: (field) => readMessage(field.bytes(), where, { 2: (version) => (header.consumer = version.size()) }),
  });
  const { shards, endianness, consumer } = header;
  if (shards < 1 || shards > MAX_SHARDS) {
    throw new ModelError({ where, expected: `1 to ${MAX_SHARDS} data files`, got: String(shards) });
  }
  if (endianness !== 0) {
    const hint = "It was written on a machine of the opposite byte order.";
    throw new ModelError({ where, expected: "little-endian numbers", got: "big-endian", hint });
  }
  if (consumer > KNOWN_VERSION) {
    throw new ModelError({ where, expected: `version ${KNOWN_VERSION}`, got: `version ${consumer}` });
  }
  return shards;
}

function parseEntry(message: Uint8Array, shards: number, where: string): BundleEntry {
  const entry = { type: 0, shard: 0, offset: 0, byteLength: 0, checksum: 0 };
  let shape: number[] = [];
  readMessage(message, where, {
    1: (field) => (entry.type = field.size()),
    2: (field) => (shape = parseShape(field.bytes(), `${where} shape`)),
    3: (field) => (entry.shard = field.size()),
    4: (field) => (entry.offset = field.size()),
    5: (field) => (entry.byteLength = field.size()),
    6: (field) => (entry.checksum = field.fixed32()),
    7: () => {
      throw new ModelError({ where, expected: "a variable stored whole", got: "a partitioned one" });
    },
  });
  const dtype = DTYPES.get(entry.type);
  if (!dtype) {
    const expected = `a type of ${[...DTYPES.values()].join(", ")}`;
    throw new ModelError({ where, expected, got: `TensorFlow's type ${entry.type}` });
  }
  if (entry.shard >= shards) {
    throw new ModelError({ where, expected: `one of ${shards} data files`, got: `number ${entry.shard}` });
  }
  const { shard, offset, byteLength, checksum } = entry;
  // A string takes at least its length byte.
  const least = byteLengthOf(dtype === "STRING" ? "U8" : dtype, shape, where);
  if (dtype === "STRING" ? byteLength < least : byteLength !== least) {
    const expected = `${least} bytes for ${dtype} [${shape.join(", ")}]`;
    throw new ModelError({ where, expected, got: String(byteLength) });
  }
  return { dtype, shape, shard, offset, byteLength, checksum };
}

function parseShape(message: Uint8Array, where: string): number[] {
  const shape: number[] = [];
  readMessage(message, where, {
    2: (dimension) => {
      if (shape.length >= MAX_DIMENSIONS) {
        throw new ModelError({ where, expected: `at most ${MAX_DIMENSIONS} dimensions`, got: "more" });
      }
      let size = 0;
      readMessage(dimension.bytes(), where, { 1: (field) => (size = field.size()) });
      shape.push(size);
    },
    3: (field) => {
      if (field.size() !== 0) throw new ModelError({ where, expected: "a known rank", got: "none" });
    },
  });
  return shape;
}

/** Sorts `entries` by position. Unused bytes may lie between them. */
function checkOverlaps(entries: readonly (readonly [string, BundleEntry])[], where: string): void {
  let previous: readonly [string, BundleEntry] | undefined;
  for (const current of entries) {
    const [key, { shard, offset, byteLength }] = current;
    const end = previous && previous[1].shard === shard ? previous[1].offset + previous[1].byteLength : 0;
    if (offset < end) {
      throw new ModelError({
        where: `${where} variable ${quote(key)}`,
        expected: `its bytes to begin at ${end} or later, where those of ${quote(previous?.[0] ?? "")} end`,
        got: String(offset),
      });
    }
    if (byteLength > 0 || !previous) previous = current;
  }
}
