import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { readPickle } from "./pickle.ts";
import { PickleCursor } from "./pickleCursor.ts";
import { describePickleValue, type PickleValue } from "./pickleValue.ts";
import { MAX_PICKLE, storageOfId, TORCH_RULES, type TorchFile, type TorchStorage } from "./torchObjects.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;
const COUNT_BYTES = 8;

/**
 * The format of torch before 1.6: five pickles (a magic number, the version, facts about the machine, the
 * object, and the keys of its storages in data order), then for each storage the number of its elements (8
 * bytes) and the elements. Only the object states the element size.
 */
export async function openTorchLegacy(source: RandomAccessFile): Promise<TorchFile> {
  const { where } = source;
  const { object, bigEndian, places } = await readPickles(source);
  return {
    object,
    bigEndian,
    checkStorage({ key }) {
      if (places.has(key)) return;
      throw new ModelError({ where, expected: `storage ${quote(key)}`, got: "none of that key" });
    },
    async openStorage({ key, byteLength }) {
      const place = places.get(key) ?? source.length;
      return {
        where: `${where} storage ${quote(key)}`,
        length: byteLength,
        read: (offset, target) => source.read(place + offset, target),
      };
    },
  };
}

/** Reads the five pickles and finds where each storage's elements begin. */
async function readPickles(source: RandomAccessFile) {
  const { where } = source;
  const start = new Uint8Array(Math.min(source.length, MAX_PICKLE));
  await source.read(0, start);
  const cursor = new PickleCursor(start, where);
  expectNumber("magic number", MAGIC);
  expectNumber("version", VERSION);
  const machine = readPickle(cursor, TORCH_RULES);
  const storages = new Map<string, TorchStorage>();
  const object = readPickle(cursor, { ...TORCH_RULES, persistent: remember });
  const keys = orderOf(readPickle(cursor, TORCH_RULES), where);
  const bigEndian = machine instanceof Map && machine.get("little_endian") === false;
  const places = await findStorages(source, cursor.position, { keys, storages, bigEndian });
  return { object, bigEndian, places };

  function expectNumber(what: string, expected: number | bigint): void {
    const value = readPickle(cursor, TORCH_RULES);
    if (value === expected) return;
    const hint = "This file was not written by torch.save.";
    throw new ModelError({
      where,
      expected: `the ${what} ${expected}`,
      got: describePickleValue(value),
      hint,
    });
  }

  /** Every tensor of a storage repeats its id with the same facts. */
  function remember(id: PickleValue, place: string): TorchStorage {
    const storage = storageOfId(id, place);
    const known = storages.get(storage.key) ?? storage;
    storages.set(storage.key, known);
    return checkSame(storage, known, place);
  }
}

function checkSame(storage: TorchStorage, known: TorchStorage, where: string): TorchStorage {
  if (storage.dtype === known.dtype && storage.count === known.count) return known;
  const expected = `storage ${quote(known.key)} as before: ${known.count} elements of ${known.dtype}`;
  throw new ModelError({ where, expected, got: `${storage.count} of ${storage.dtype}` });
}

function orderOf(keys: PickleValue, where: string): readonly string[] {
  const texts = Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
  if (Array.isArray(keys) && texts.length === keys.length) return texts;
  throw new ModelError({ where, expected: "a list of storage keys", got: describePickleValue(keys) });
}

interface StorageOrder {
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, TorchStorage>;
  readonly bigEndian: boolean;
}

/** Where the elements of each storage begin. */
async function findStorages(
  source: RandomAccessFile,
  start: number,
  { keys, storages, bigEndian }: StorageOrder,
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  let position = start;
  for (const key of keys) {
    const where = `${source.where} storage ${quote(key)}`;
    const storage = storages.get(key);
    if (!storage || places.has(key)) {
      throw new ModelError({
        where,
        expected: "one storage that the object has",
        got: storage ? "two" : "none",
      });
    }
    const end = position + COUNT_BYTES + storage.byteLength;
    if (end > source.length) {
      const got = `a file of ${source.length}`;
      const hint = "The file is truncated: download it again.";
      throw new ModelError({ where, expected: `bytes up to ${end}`, got, hint });
    }
    const count = new DataView(new ArrayBuffer(COUNT_BYTES));
    await source.read(position, new Uint8Array(count.buffer));
    const got = count.getBigInt64(0, !bigEndian);
    if (got !== BigInt(storage.count)) {
      const hint = "The file is damaged.";
      throw new ModelError({ where, expected: `${storage.count} elements`, got: String(got), hint });
    }
    places.set(key, position + COUNT_BYTES);
    position = end;
  }
  if (position === source.length) return places;
  const expected = `an end at ${position}, after the last storage`;
  throw new ModelError({ where: source.where, expected, got: `${source.length} bytes` });
}
