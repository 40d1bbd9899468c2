import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openOnnx } from "../../src/checkpoints/onnx/onnx.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { exportOnnx } from "../../src/export/onnx/exportOnnx.ts";
import {
  bytesField,
  integerField,
  message,
  messageField,
  textField,
} from "../../src/export/onnx/protobuf.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { modelNamed } from "../../src/models/models.ts";
import { elementCount } from "../../src/tensor.ts";
import { fuzz } from "../support/fuzz.ts";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { float32s, madeOnnx, packed, rawData, sparseOnnx, tensorProto } from "./support/madeOnnx.ts";

const [FLOAT, INT64, FLOAT16] = [1, 7, 10];

const GOOD = madeOnnx([
  tensorProto("raw", FLOAT, [2, 2], rawData(float32s(1, -2, 0.5, 3))),
  tensorProto("typed", FLOAT, [3], bytesField(4, float32s(4, 5, 6))),
  tensorProto("raw count", INT64, [], rawData(new Uint8Array(BigInt64Array.of(7n).buffer))),
  tensorProto("typed count", INT64, [3], packed(7, [-1, 0, 300])),
  tensorProto("raw half", FLOAT16, [2], rawData(Uint8Array.of(0, 0x3c, 0, 0xc0))),
  tensorProto("typed half", FLOAT16, [2], packed(5, [0x3c00, 0xc000])),
  tensorProto("empty", FLOAT, [0, 4]),
  message(packed(1, [1, 2]), integerField(2, FLOAT), textField(8, "packed dims"), rawData(float32s(8, 9))),
]);

const open = (bytes: Uint8Array) => openOnnx(bytesSource(bytes, "a.onnx"));

test("initializers are read from raw and typed data, whatever their type", async () => {
  const checkpoint = await openCheckpoint({ where: "a.onnx", bytes: GOOD });
  expect(checkpoint.format).toBe("onnx");
  expect(Object.fromEntries(checkpoint.metadata)).toEqual({
    "IR version": "4",
    producer: "made",
    opset: "9",
  });
  const read = await Promise.all(
    [...checkpoint.variables].map(async ([name, { dtype, shape }]) => {
      return [name, dtype, shape, [...(await checkpoint.read(name))]];
    }),
  );
  expect(read).toEqual([
    ["raw", "F32", [2, 2], [1, -2, 0.5, 3]],
    ["typed", "F32", [3], [4, 5, 6]],
    ["raw count", "I64", [], [7]],
    ["typed count", "I64", [3], [-1, 0, 300]],
    ["raw half", "F16", [2], [1, -2]],
    ["typed half", "F16", [2], [1, -2]],
    ["empty", "F32", [0, 4], []],
    ["packed dims", "F32", [1, 2], [8, 9]],
  ]);
  await expect(checkpoint.read("none")).rejects.toThrow(/a\.onnx: expected a variable "none"/);
});

const external = [
  messageField(13, message(textField(1, "location"), textField(2, "weights.bin"))),
  integerField(14, 1),
];

test.each<[what: string, file: Uint8Array, error: RegExp]>([
  [
    "external data",
    madeOnnx([tensorProto("w", FLOAT, [2], ...external)]),
    /^a\.onnx initializer "w": expected its numbers in the file itself, got external data in "weights\.bin"\. Save/,
  ],
  [
    "external data of which only the place is stated",
    madeOnnx([tensorProto("w", FLOAT, [2], rawData(float32s(1, 2)), integerField(14, 1))]),
    /got external data\. Save/,
  ],
  [
    "too few raw bytes",
    madeOnnx([tensorProto("w", FLOAT, [2], rawData(float32s(1)))]),
    /expected 8 bytes for F32 \[2\], got 4 in raw_data/,
  ],
  [
    "no numbers",
    madeOnnx([tensorProto("w", FLOAT, [2])]),
    /expected 8 bytes for F32 \[2\], got 0 in raw_data/,
  ],
  [
    "too many typed numbers",
    madeOnnx([tensorProto("w", INT64, [2], packed(7, [1, 2, 3]))]),
    /expected 2 numbers for I64 \[2\], got 3 in int64_data/,
  ],
  [
    "numbers twice",
    madeOnnx([tensorProto("w", FLOAT, [1], rawData(float32s(1)), bytesField(4, float32s(1)))]),
    /expected its numbers once, got raw_data and float_data/,
  ],
  [
    "numbers in the field of another type",
    madeOnnx([tensorProto("w", FLOAT, [1], packed(7, [1]))]),
    /expected raw_data for F32, got int64_data/,
  ],
  ["text", madeOnnx([tensorProto("w", 8, [1], textField(6, "a"))]), /got string_data/],
  [
    "an unknown type",
    madeOnnx([tensorProto("w", 99, [1], rawData(float32s(1)))]),
    /a data_type of .*, got 99/,
  ],
  ["a negative side", madeOnnx([tensorProto("w", FLOAT, [-1])]), /field 1 from 0 to 2\^53 - 1/],
  [
    "a shape beyond all memory",
    madeOnnx([tensorProto("w", FLOAT, [2 ** 30, 2 ** 30])]),
    /expected a size below 2\^53 bytes/,
  ],
  ["33 dimensions", madeOnnx([tensorProto("w", FLOAT, Array(33).fill(1))]), /at most 32 dimensions, got 33/],
  [
    "a name twice",
    madeOnnx([tensorProto("w", FLOAT, [0]), tensorProto("w", FLOAT, [0])]),
    /initializers with names of their own, got "w" twice/,
  ],
  ["no name", madeOnnx([tensorProto("", FLOAT, [0])]), /names of their own, got one without/],
  ["no initializer", madeOnnx([]), /expected initializers, which hold the weights, got none/],
  ["a sparse initializer", sparseOnnx(), /expected dense initializers, got a sparse one/],
  ["two graphs", madeOnnx([tensorProto("w", FLOAT, [0])], messageField(7, message())), /one graph, got 2/],
  [
    "a float16 of more than 16 bits",
    madeOnnx([tensorProto("w", FLOAT16, [1], packed(5, [0x10000]))]),
    /expected float16 in 16 bits, got 65536/,
  ],
  ["a truncated file", GOOD.slice(0, -20), /expected \d+ bytes, got \d+ up to the end/],
])("%s is refused", async (_, file, error) => {
  const reading = async () => {
    const checkpoint = await open(file);
    for (const name of checkpoint.variables.keys()) await checkpoint.read(name);
  };
  await expect(reading()).rejects.toThrow(error);
});

test("a file of another network is named by one of its tensors", async () => {
  const bytes = madeOnnx([tensorProto("onnx::Conv_1", FLOAT, [1], rawData(float32s(1)))]);
  await expect(openModelWeights(undefined, { weights: bytes })).rejects.toThrow(
    /expected weights of a network that is read, got variables of another one, as "onnx::Conv_1"\. Read are/,
  );
});

test("a file of this project's own export is told from those of other networks", async () => {
  const bytes = await exportOnnx("centerface", { inputSize: { width: 64, height: 32 } });
  await expect(openModelWeights(undefined, { weights: bytes })).rejects.toThrow(
    "expected weights that can be read back, got a file of centernet export, which is for other engines. Give the weights that it was made from.",
  );
});

/** FUZZ_RUNS sets the number of mutants; the full count is 1,000,000. */
test("mutants of an ONNX file are read consistently or refused", { timeout: 36_000_000 }, async () => {
  const run = async (bytes: Uint8Array) => {
    const checkpoint = await open(bytes);
    for (const [name, { shape }] of checkpoint.variables) {
      const values = await checkpoint.read(name);
      if (values.length !== elementCount(shape)) throw new Error(`${name} has not its shape's size`);
      if (values.length > bytes.length) throw new Error(`${name} is larger than its file`);
    }
  };
  const result = await fuzz({ seeds: [GOOD], run, seed: 17, maxMilliseconds: 1000 });
  expect(result.refused).toBeGreaterThan(0);
  expect(result.accepted).toBeGreaterThan(0);
  if (process.env.FUZZ_RUNS) console.log("onnx", JSON.stringify(result));
});

test.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(
  "centerface.onnx has every parameter of the model, and the packaged weights are its numbers (CENTERNET_GOLDENS)",
  async () => {
    const where = join(ALL_GOLDENS ?? "", "centerface/centerface.onnx");
    const file = await openCheckpoint({ where, bytes: new Uint8Array(await readFile(where)) });
    expect(file.variables.size).toBe(194);
    const floats = [...file.variables.values()].filter(({ dtype }) => dtype === "F32");
    expect(floats.length).toBe(135);
    expect(floats.reduce((sum, { shape }) => sum + elementCount(shape), 0)).toBe(1_820_143);
    const checkpoint = await nameParameters(file);
    const { model, notes } = modelOfCheckpoint(checkpoint);
    expect([model.name, notes]).toEqual(["centerface", []]);
    const weights = await readWeights(checkpoint, model);
    const packaged = await readWeights(
      (await openModelWeights("centerface")).checkpoint,
      modelNamed("centerface"),
    );
    expect(weights.size).toBe(135);
    for (const [name, { shape, data }] of weights) expect(packaged.get(name)).toEqual({ shape, data });
  },
);
