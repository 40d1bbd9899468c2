import { describe, expect, test, vi } from "vitest";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { ModelError } from "../../src/errors.ts";
import { bytesOf, opened, type TfjsFile, type TfjsWeight, tfjsFile } from "./support/tfjsFile.ts";

const float16 = { dtype: "float16", original_dtype: "float32" };

/** Every type, one after the other without padding, so that most stand at odd offsets. */
function everyType(): TfjsFile {
  return tfjsFile([
    { name: "flag", shape: [1], dtype: "bool", bytes: Uint8Array.of(1) },
    { name: "plain", shape: [2], dtype: "float32", bytes: bytesOf(Float32Array.of(0.1, -2)) },
    {
      name: "half",
      shape: [1, 1],
      dtype: "float32",
      quantization: float16,
      bytes: Uint8Array.of(0x55, 0x35),
    },
    { name: "count", shape: [], dtype: "int32", bytes: bytesOf(Int32Array.of(-7)) },
    { name: "text", shape: [2], dtype: "string", bytes: Uint8Array.of(2, 0, 0, 0, 104, 105, 0, 0, 0, 0) },
    { name: "byte", shape: [1], dtype: "uint8", bytes: Uint8Array.of(200) },
    {
      name: "affine8",
      shape: [2],
      dtype: "float32",
      quantization: { dtype: "uint8", scale: 0.1, min: -1, original_dtype: "float32" },
      bytes: Uint8Array.of(0, 255),
    },
    {
      name: "affine16",
      shape: [1],
      dtype: "float32",
      quantization: { dtype: "uint16", scale: 0.5, min: 3 },
      bytes: bytesOf(Uint16Array.of(1000)),
    },
    {
      name: "rounded",
      shape: [2],
      dtype: "int32",
      quantization: { dtype: "uint8", scale: 0.4, min: 0 },
      bytes: Uint8Array.of(1, 2),
    },
  ]);
}

test("every type is read, whatever its offset", async () => {
  const checkpoint = await openCheckpoint(opened(everyType()));
  const values: Record<string, number[]> = {};
  for (const [name, { dtype }] of checkpoint.variables) {
    if (dtype !== "STRING") values[name] = [...(await checkpoint.read(name))];
  }
  expect(values).toEqual({
    flag: [1],
    plain: [Math.fround(0.1), -2],
    half: [0.333251953125],
    count: [-7],
    byte: [200],
    affine8: [-1, Math.fround(24.5)],
    affine16: [503],
    rounded: [0, 1],
  });
  expect(checkpoint.metadata.get("generatedBy")).toBe("a test");
});

test("text is listed but not read as numbers, and an unknown name is refused", async () => {
  const checkpoint = await openCheckpoint(opened(everyType()));
  expect(checkpoint.variables.get("text")).toMatchObject({ dtype: "STRING", shape: [2], byteLength: 10 });
  await expect(checkpoint.read("text")).rejects.toThrow(/weight "text": expected numbers, got text/);
  await expect(checkpoint.read("nothing")).rejects.toThrow(ModelError);
});

test("a weight may lie across shards, and there may be several groups", async () => {
  const file = everyType();
  const [whole] = file.shards.values();
  const second = { paths: ["two.bin"], weights: [{ name: "last", shape: [1], dtype: "float32" }] };
  file.json.weightsManifest = [{ ...file.json.weightsManifest[0], paths: ["a.bin", "b.bin"] }, second];
  file.shards = new Map([
    ["a.bin", whole.subarray(0, 3)],
    ["b.bin", whole.subarray(3)],
    ["two.bin", bytesOf(Float32Array.of(5))],
  ]);
  const checkpoint = await openCheckpoint(opened(file));
  expect([...(await checkpoint.read("plain"))]).toEqual([Math.fround(0.1), -2]);
  expect([...(await checkpoint.read("last"))]).toEqual([5]);
});

describe("paths that leave the folder are refused, and nothing is read", () => {
  const paths = [
    "../../etc/passwd",
    "/etc/passwd",
    "https://example.org/a.bin",
    "a/../../b.bin",
    "folder/a.bin",
    "..\\a.bin",
    "C:\\a.bin",
    "C:a.bin",
    "..",
    ".",
    ".hidden",
    "",
    "a.bin\0.txt",
    "%2e%2e%2fa.bin",
    "a.bin?x=1",
    `${"a".repeat(256)}`,
  ];
  test.each(paths)("%j", async (path) => {
    const file = everyType();
    file.json.weightsManifest[0].paths = [path];
    const readSibling = vi.fn();
    const open = openCheckpoint({ ...opened(file), readSibling });
    await expect(open).rejects.toThrow(/expected plain names of files beside it/);
    await expect(open).rejects.toThrow(ModelError);
    expect(readSibling).not.toHaveBeenCalled();
  });
});

describe("each kind of broken file is a ModelError that says what is wrong", () => {
  const spoilt = (change: (file: TfjsFile, weights: TfjsWeight[]) => void) => {
    const file = everyType();
    change(file, file.json.weightsManifest[0].weights);
    return opened(file);
  };
  const text = (content: string) => ({ where: "model.json", bytes: new TextEncoder().encode(content) });
  const cases: [string, Parameters<typeof openCheckpoint>[0], RegExp][] = [
    ["an empty file", text(""), /got an empty file/],
    ["a web page", text("<!DOCTYPE html>"), /the model\.json of a TensorFlow\.js model, got an HTML page/],
    ["other JSON", text("{}"), /expected the model\.json of a TensorFlow\.js model, got JSON without/],
    ["cut JSON", text('{"weightsManifest": [{'), /character 22: expected a string, got the end/],
    [
      "no folder",
      { ...opened(everyType()), readSibling: undefined },
      /the file was given without its folder/,
    ],
    [
      "a missing shard",
      spoilt((file) => file.shards.clear()),
      /the shard "group1-.*beside it, got no such file/,
    ],
    [
      "a short shard",
      spoilt(({ shards }) => shards.set("group1-shard1of1.bin", new Uint8Array(8))),
      /9 bytes up to the end of weight "plain" \[2\], got 8\. A shard is truncated/,
    ],
    [
      "a long shard",
      spoilt(({ shards }) => shards.set("group1-shard1of1.bin", new Uint8Array(99))),
      /got 99\. A shard belongs to another/,
    ],
    [
      "no groups",
      spoilt(({ json }) => Object.assign(json, { weightsManifest: 5 })),
      /weightsManifest: expected an array/,
    ],
    [
      "the same shard twice",
      spoilt(({ json }) => json.weightsManifest[0].paths.push("group1-shard1of1.bin")),
      /every shard once/,
    ],
    [
      "the same weight twice",
      spoilt((_, weights) => weights.push(weights[0])),
      /every weight once, got "flag" twice/,
    ],
    [
      "an unknown type",
      spoilt((_, weights) => Object.assign(weights[1], { dtype: "complex64" })),
      /float32, int32, .*"complex64"/,
    ],
    [
      "int32 as float16",
      spoilt((_, weights) => Object.assign(weights[3], { quantization: float16 })),
      /got I32 as "float16"/,
    ],
    [
      "quantised without scale",
      spoilt((_, weights) => delete weights[6].quantization?.scale),
      /"affine8" quantization scale: expected a number, got nothing/,
    ],
    [
      "a huge shape",
      spoilt((_, weights) => Object.assign(weights[1], { shape: [2 ** 31, 2 ** 31, 2 ** 31] })),
      /below 2\^53/,
    ],
    [
      "a shape larger than the file",
      spoilt((_, weights) => Object.assign(weights[1], { shape: [2 ** 40] })),
      /4398046511105 bytes/,
    ],
    [
      "more texts than bytes",
      spoilt((_, weights) => Object.assign(weights[4], { shape: [2 ** 50] })),
      /up to the end of weight "text"/,
    ],
    [
      "a negative side",
      spoilt((_, weights) => Object.assign(weights[1], { shape: [-2] })),
      /whole number .* got -2/,
    ],
    [
      "a shape that is text",
      spoilt((_, weights) => Object.assign(weights[1], { shape: "2" })),
      /shape: expected an array/,
    ],
    [
      "a node without a name",
      spoilt(({ json }) => json.modelTopology.node.push({ op: "Mul" } as never)),
      /node 0 name: expected a string, got nothing/,
    ],
    [
      "an index of shards",
      text('{"metadata":{},"weight_map":{}}'),
      /got the index of weights in several files/,
    ],
    [
      "a configuration",
      text('{"architectures":[],"model_type":"detr"}'),
      /got a configuration of Hugging Face/,
    ],
    ["other JSON", text("{}"), /got JSON without a weightsManifest/],
    ["deep nesting", text(`{"weightsManifest":${"[".repeat(10_000)}`), /at most 64 levels/],
    ["many values", text(`{"weightsManifest":[${"0,".repeat(200_000)}`), /at most 200000 values/],
  ];
  test.each(cases)("%s", async (_, file, message) => {
    const open = openCheckpoint(file);
    await expect(open).rejects.toThrow(message);
    await expect(open).rejects.toThrow(ModelError);
  });
});

test("truncated anywhere, model.json or shard, the model is refused", async () => {
  const whole = opened(everyType());
  const refused = async (file: typeof whole, at: string) => {
    await expect(openCheckpoint(file), at).rejects.toThrow(ModelError);
  };
  for (let length = 0; length < whole.bytes.length; length++) {
    await refused({ ...whole, bytes: whole.bytes.subarray(0, length) }, `model.json of ${length} bytes`);
  }
  const shard = await whole.readSibling("group1-shard1of1.bin");
  for (let length = 0; length < shard.length; length++) {
    await refused(
      { ...whole, readSibling: async () => shard.subarray(0, length) },
      `shard of ${length} bytes`,
    );
  }
});
