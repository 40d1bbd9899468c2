import { describe, expect, test } from "vitest";
import { parseBundleIndex } from "../../src/checkpoints/tensorBundle/bundleIndex.ts";
import { parseObjectGraph } from "../../src/checkpoints/tensorBundle/objectGraph.ts";
import { ModelError } from "../../src/errors.ts";
import {
  bundleEntry,
  bytes,
  concatenated,
  field,
  madeBundle,
  madeTable,
  tableBlock,
  tableOfBlocks,
} from "./support/madeBundle.ts";
import { filesInMemory, openFiles } from "./support/smallCheckpoint.ts";

const text = (value: string) => new TextEncoder().encode(value);

const HEADER: [string, Uint8Array] = ["", bytes(8, 1)];
const entry = { dtype: 1, shape: [2], size: 8, checksum: 0 };
const index = (...entries: [string, Uint8Array][]) => parseBundleIndex(madeTable([HEADER, ...entries]), "i");

test("an index of many blocks, compressed or not, says the same", () => {
  const variables = Array.from({ length: 50 }, (_, i) => ({ key: `v${100 + i}`, shape: [1], values: [i] }));
  const read = (options: object) =>
    parseBundleIndex(madeBundle("a", variables, options).get("a.index") ?? bytes(), "i");
  const whole = read({});
  expect(whole.entries.size).toBe(50);
  expect([...whole.entries.values()][3]).toMatchObject({
    dtype: "F32",
    shape: [1],
    offset: 12,
    byteLength: 4,
  });
  expect(read({ blockEntries: 3 })).toEqual(whole);
  expect(read({ blockEntries: 3, compress: true })).toEqual(whole);
});

describe("what an index must not say is a ModelError", () => {
  const k = (options: object): [string, Uint8Array] => ["k", bundleEntry({ ...entry, ...options })];
  const huge = [2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31];
  const longKey = (n: number): [string, Uint8Array] => [`${"k".repeat(4000)}${10_000 + n}`, bytes()];
  const cases: [string, () => unknown, string][] = [
    ["no header", () => parseBundleIndex(madeTable([k({})]), "i"), "the header of a TensorBundle, got none"],
    [
      "big-endian numbers",
      () => parseBundleIndex(madeTable([["", bytes(8, 1, 16, 1)]]), "i"),
      "little-endian numbers, got big-endian",
    ],
    [
      "a later version",
      () => parseBundleIndex(madeTable([["", bytes(8, 1, 26, 2, 16, 9)]]), "i"),
      "version 1, got version 9",
    ],
    ["no data file", () => parseBundleIndex(madeTable([["", bytes()]]), "i"), "1 to 10000 data files, got 0"],
    ["an unknown type", () => index(k({ dtype: 20 })), "got TensorFlow's type 20"],
    ["a resource", () => index(k({ dtype: 20 })), "expected a type of F32, F64"],
    ["another data file", () => index(k({ shard: 3 })), "one of 1 data files, got number 3"],
    ["bytes that do not fit the shape", () => index(k({ size: 9 })), "8 bytes for F32 [2], got 9"],
    ["a product beyond 2^53", () => index(k({ shape: huge })), "a size below 2^53 bytes"],
    [
      "a negative side",
      () =>
        index(["k", concatenated(bytes(8, 1), field(2, field(2, bytes(8, ...new Array(9).fill(255), 1))))]),
      "field 1 from 0 to 2^53 - 1, got a negative or larger number",
    ],
    ["an unknown rank", () => index(["k", bytes(8, 1, 18, 2, 24, 1)]), "a known rank"],
    [
      "a partitioned variable",
      () => index(["k", bytes(8, 1, 58, 0)]),
      "a variable stored whole, got a partitioned one",
    ],
    ["more texts than bytes", () => index(k({ dtype: 7, shape: [9] })), "9 bytes for STRING [9], got 8"],
    [
      "an overlap",
      () => index(["a", bundleEntry({ ...entry })], ["b", bundleEntry({ ...entry, offset: 4 })]),
      'variable "b": expected its bytes to begin at 8 or later, where those of "a" end, got 4',
    ],
    [
      "keys out of order",
      () =>
        parseBundleIndex(
          tableOfBlocks([
            [
              "z",
              tableBlock(
                [
                  ["b", bytes()],
                  ["a", bytes()],
                ],
                16,
              ),
            ],
          ]),
          "i",
        ),
      "keys in ascending order",
    ],
    [
      "a key twice",
      () =>
        parseBundleIndex(
          tableOfBlocks([
            ["y", tableBlock([["b", bytes()]], 16)],
            ["z", tableBlock([["b", bytes()]], 16)],
          ]),
          "i",
        ),
      '"b" after a key not before it',
    ],
    ["a key of 5000 bytes", () => index(["k".repeat(5000), bytes()]), "keys of at most 4096 bytes, got more"],
    [
      "long keys without end",
      () => index(...Array.from({ length: 9000 }, (_, n) => longKey(n))),
      "at most 33554432 bytes of keys, got more",
    ],
    [
      "100,001 variables",
      () =>
        index(...Array.from({ length: 100_001 }, (_, n): [string, Uint8Array] => [`${1e6 + n}`, bytes()])),
      "at most 100000 variables",
    ],
    [
      "another compression",
      () =>
        parseBundleIndex(
          damaged((table) => table.set([7], 0)),
          "i",
        ),
      "checksum",
    ],
    [
      "no footer",
      () => parseBundleIndex(new Uint8Array(100), "i"),
      "a table that ends in its footer, got 100 bytes without one",
    ],
    ["field number 0", () => index(["k", bytes(0, 0)]), "a field number, got 0"],
    ["a group", () => index(["k", bytes(11)]), "wire type 0, 1, 2 or 5, got 3"],
    [
      "a field beyond the message",
      () => index(["k", bytes(18, 100)]),
      "100 bytes, got 0 up to the end of the message",
    ],
  ];
  test.each(cases)("%s", (_, parse, message) => {
    expect(parse).toThrow(ModelError);
    expect(parse).toThrow(message);
  });

  function damaged(change: (table: Uint8Array) => void): Uint8Array {
    const table = madeTable([HEADER]);
    change(table);
    return table;
  }
});

describe("bundles whose parts do not fit", () => {
  const files = madeBundle("c", [{ key: "a", shape: [2], values: [1, 2] }], { shards: 2 });

  test("a missing data file is named", async () => {
    const without = new Map([...files].filter(([name]) => !name.includes("00001-of")));
    await expect(openFiles(without)).rejects.toThrow(
      'folder: expected the data file "c.data-00001-of-00002", got none of that name.',
    );
  });

  test("a flipped bit names its variable", async () => {
    const data = files.get("c.data-00000-of-00002") ?? bytes();
    const checkpoint = await openFiles(
      new Map([...files, ["c.data-00000-of-00002", data.map((b, i) => b ^ (i === 5 ? 1 : 0))]]),
    );
    await expect(checkpoint.read("a")).rejects.toThrow(
      /^folder c\.data-00000-of-00002 variable "a": expected checksum \d+ \(masked CRC32C\), got \d+\. The file is damaged\.$/,
    );
    await expect(checkpoint.read("b")).rejects.toThrow('expected a variable "b"');
  });

  test("of several checkpoints the one that the folder's note names is taken", async () => {
    const two = new Map(
      [...files].flatMap(([name, contents]) => [
        [`f/${name}`, contents] as const,
        [`f/${name.replace("c.", "d.")}`, contents] as const,
      ]),
    );
    await expect(openFiles(two)).rejects.toThrow('expected one checkpoint, got 2: "f/c", "f/d".');
    const note = new Map([...two, ["f/checkpoint", text('model_checkpoint_path: "/home/me/train/d"')]]);
    expect((await openFiles(note)).metadata.get("checkpoint")).toBe("f/d");
    expect(
      (await openFiles(new Map([...files, ["x/variables/variables.index", bytes()]]))).metadata.get(
        "checkpoint",
      ),
    ).toBe("c");
  });

  test("a folder without a checkpoint says what there is", async () => {
    expect(filesInMemory(new Map()).paths).toEqual([]);
    await expect(openFiles(new Map())).rejects.toThrow(
      "folder: expected a checkpoint's .index file, got no files.",
    );
    await expect(openFiles(new Map([["a.txt", bytes()]]))).rejects.toThrow('got 1 others, as "a.txt".');
  });
});

describe("an object graph that is none is refused", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "a child that does not exist",
      field(1, field(1, bytes(8, 9))),
      "g object 0: expected one of 1 objects, got number 9",
    ],
    [
      "a name that is no text",
      field(1, field(1, field(2, bytes(0xff)))),
      "field 2 as UTF-8, got other bytes",
    ],
    ["a number for a message", bytes(8, 1), "field 1 of wire type 2, got type 0"],
    [
      "objects without end",
      Uint8Array.from({ length: 400_002 }, (_, i) => (i % 2 === 0 ? 10 : 0)),
      "at most 200000 objects",
    ],
  ])("%s", (_, message, expected) => {
    expect(() => parseObjectGraph(message, "g")).toThrow(ModelError);
    expect(() => parseObjectGraph(message, "g")).toThrow(expected);
  });
});
