import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesPerElement } from "../../src/checkpoints/bytes/dtype.ts";
import { bytesSource, type RandomAccessFile } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { parseSafetensors, toFloat32, toInt32 } from "../../src/checkpoints/safetensors/safetensors.ts";
import { safetensorsCheckpoint } from "../../src/checkpoints/safetensors/safetensorsCheckpoint.ts";
import { ModelError, UsageError } from "../../src/errors.ts";
import { elementCount, type Parameter } from "../../src/tensor.ts";
import { safetensorsFile } from "./support/safetensorsFile.ts";

/** A file with this header (an object, or the text itself) and this much data. */
function file(header: unknown, dataLength = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const floats = (shape: number[], begin: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

describe("each kind of broken file is a ModelError that names the file and the cause", () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ["empty", new Uint8Array(0), /^f: expected at least 8 bytes, got 0\. The file is truncated/],
    ["length only", file("").subarray(0, 7), /at least 8 bytes, got 7/],
    ["header beyond the file", file({}).subarray(0, 9), /10 bytes up to the header's end, got 9/],
    ["header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), /at most 100000000 bytes/],
    ["header of 100,000,001 bytes", Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0), /a length of 100000001/],
    ["no UTF-8", file("{}").map((byte, i) => (i === 9 ? 0xff : byte)), /JSON text in UTF-8/],
    ["no JSON", file("hello"), /character 0: expected a JSON value, got "hello"/],
    ["no object", file("[]"), /header: expected an object, got an array/],
    ["text after the object", file("{} x"), /expected the end of the JSON text, got "x"/],
    ["nested 10,000 deep", file("[".repeat(10_000)), /at most 4 levels of nesting/],
    ["a line break in a key", file('{"a\\n":1}'.replace("\\n", "\n")), /an escaped control character/],
    ["the same key twice", file('{"a":1,"a":2}'), /every key once, got key "a" again/],
    ["an entry that is no object", file({ a: 5 }), /tensor "a": expected an object, got 5/],
    ["an entry without dtype", file({ a: { shape: [], data_offsets: [0, 0] } }), /dtype: expected a string/],
    [
      "an unknown dtype",
      file({ a: { ...floats([], 0, 4), dtype: "F8_E4M3" } }, 4),
      /F64, F32, F16.*"F8_E4M3"/,
    ],
    [
      "a shape that is no array",
      file({ a: { ...floats([], 0, 4), shape: 4 } }, 4),
      /shape: expected an array/,
    ],
    ["a negative side", file({ a: floats([-1], 0, 4) }, 4), /a whole number .* got -1/],
    ["a fractional side", file({ a: floats([0.5], 0, 2) }, 2), /a whole number .* got 0\.5/],
    ["a side of 2^60", file({ a: floats([2 ** 60], 0, 4) }, 4), /a whole number from 0 to 2\^53/],
    [
      "a product that wraps 2^64",
      file({ a: floats([2 ** 31, 2 ** 31, 2 ** 31], 0, 0) }),
      /below 2\^53 bytes/,
    ],
    ["one offset", file({ a: { ...floats([], 0, 4), data_offsets: [0] } }, 4), /two data_offsets, got 1/],
    [
      "a huge size",
      file({ a: floats([2 ** 40], 0, 2 ** 42) }, 4),
      /4398046511104 bytes of tensor data, got 4/,
    ],
    [
      "a size that is not the shape's",
      file({ a: floats([2], 0, 4) }, 4),
      /8 bytes for F32 \[2\], got .*\[0, 4\]/,
    ],
    ["an end before the begin", file({ a: floats([1], 4, 0) }, 4), /4 bytes for F32/],
    [
      "an overlap",
      file({ a: floats([2], 0, 8), b: floats([1], 4, 8) }, 8),
      /tensor "b": .* where that of "a" ends, got an overlap/,
    ],
    ["a hole", file({ a: floats([1], 0, 4), b: floats([1], 8, 12) }, 12), /tensor "b": .*got a hole/],
    ["a hole at the start", file({ a: floats([1], 4, 8) }, 8), /where that of the header ends, got a hole/],
    [
      "data missing",
      file({ a: floats([1], 0, 4) }, 3),
      /4 bytes of tensor data, got 3. The file is truncated/,
    ],
    ["data left over", file({ a: floats([1], 0, 4) }, 5), /got 5. Bytes follow that no tensor owns/],
    ["metadata that is no string", file({ __metadata__: { model: 5 } }), /"model": expected a string, got 5/],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    const parse = () => parseSafetensors(bytes, "f");
    expect(parse).toThrow(ModelError);
    expect(parse).toThrow(message);
  });

  test("more than 20,000 tensors", () => {
    const entries = Array.from(
      { length: 20_001 },
      (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`,
    );
    const parse = () => parseSafetensors(file(`{${entries.join()}}`), "f");
    expect(parse).toThrow(/at most 20000 tensors, got 20001/);
  });
});

test("truncated anywhere, a file is refused; whole, it is read", () => {
  const tensors = new Map<string, Parameter>([
    ["a.kernel", { shape: [1, 2], data: Float32Array.of(1, 2) }],
    ["a.bias", { shape: [1], data: Float32Array.of(3) }],
  ]);
  const bytes = safetensorsFile(tensors, new Map([["model", "m"]]), { dtype: "F16" });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => parseSafetensors(bytes.subarray(0, length), "f"), `${length} bytes`).toThrow(ModelError);
  }
  expect(parseSafetensors(bytes, "f").tensors.size).toBe(2);
});

test("all element types are read at any alignment", () => {
  const data = new Uint8Array(1 + 8 + 4 + 2 + 2 + 8 + 4 + 2 + 1 + 8 + 4 + 2 + 1);
  const view = new DataView(data.buffer);
  const header: Record<string, unknown> = {};
  let offset = 0;
  const add = (dtype: string, size: number) => {
    header[dtype] = { dtype, shape: [], data_offsets: [offset, offset + size] };
    offset += size;
    return offset - size;
  };
  view.setUint8(add("BOOL", 1), 1); // everything after it stands at an odd offset
  view.setFloat64(add("F64", 8), 0.1, true);
  view.setFloat32(add("F32", 4), 0.1, true);
  view.setUint16(add("F16", 2), 0x3555, true);
  view.setUint16(add("BF16", 2), 0x3eab, true);
  view.setBigInt64(add("I64", 8), -5n, true);
  view.setInt32(add("I32", 4), -6, true);
  view.setInt16(add("I16", 2), -7, true);
  view.setInt8(add("I8", 1), -8);
  view.setBigUint64(add("U64", 8), 2n ** 40n, true);
  view.setUint32(add("U32", 4), 2 ** 32 - 1, true);
  view.setUint16(add("U16", 2), 65535, true);
  view.setUint8(add("U8", 1), 255);
  const bytes = file(header, data.length);
  bytes.set(data, bytes.length - data.length);

  const { tensors } = parseSafetensors(bytes, "f");
  const values = Object.fromEntries([...tensors].map(([name, tensor]) => [name, toFloat32(tensor)[0]]));
  expect(values).toEqual({
    BOOL: 1,
    F64: Math.fround(0.1),
    F32: Math.fround(0.1),
    F16: 0.333251953125,
    BF16: 0.333984375,
    I64: -5,
    I32: -6,
    I16: -7,
    I8: -8,
    U64: 2 ** 40,
    U32: 2 ** 32,
    U16: 65535,
    U8: 255,
  });
  const integers = (name: string) => {
    const tensor = tensors.get(name);
    return tensor && toInt32(tensor, name);
  };
  expect(integers("I64")).toEqual(Int32Array.of(-5));
  expect(() => integers("U32")).toThrow(/U32: expected 32-bit integers, got 4294967295/);
  expect(() => integers("F32")).toThrow(/F32: expected an integer type, got F32/);
});

test("a tensor without elements may stand where another begins, in any order of the header", () => {
  const { tensors } = parseSafetensors(file({ a: floats([1], 0, 4), b: floats([0], 0, 0) }, 4), "f");
  expect([...tensors.keys()]).toEqual(["b", "a"]);
});

test("names like __proto__ are names", () => {
  const tensors = new Map([["__proto__", { shape: [], data: Float32Array.of(1) }]]);
  const bytes = safetensorsFile(tensors, new Map([["__proto__", "x"]]), { dtype: "F32" });
  const parsed = parseSafetensors(bytes, "f");
  expect([...parsed.tensors.keys()]).toEqual(["__proto__"]);
  expect(parsed.metadata.get("__proto__")).toBe("x");
});

test("what is written is read back, bit for bit, and writing is deterministic", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const parameter = shape.chain((sides) => {
    const length = elementCount(sides);
    return fc
      .float32Array({ minLength: length, maxLength: length, noNaN: true })
      .map((data): Parameter => ({ shape: sides, data }));
  });
  const name = fc.string({ unit: "binary" }).filter((text) => text !== "__metadata__");
  const tensors = fc.array(fc.tuple(name, parameter), { maxLength: 5 }).map((pairs) => new Map(pairs));
  const metadata = fc.array(fc.tuple(name, name), { maxLength: 3 }).map((pairs) => new Map(pairs));
  fc.assert(
    fc.property(tensors, metadata, (written, notes) => {
      const bytes = safetensorsFile(written, notes, { dtype: "F32" });
      expect(safetensorsFile(written, notes, { dtype: "F32" })).toEqual(bytes);
      const read = parseSafetensors(bytes, "f");
      expect(new Map(read.metadata)).toEqual(notes);
      const values = new Map(
        [...read.tensors].map(([key, t]) => [key, { shape: t.shape, data: toFloat32(t) }]),
      );
      expect(values).toEqual(written);
    }),
    { numRuns: 200 },
  );
});

test("a float16 file keeps what fits a half and its data begin at a multiple of 8", () => {
  const data = Float32Array.of(0.007843017578125, 2 ** -24, -65504);
  const bytes = safetensorsFile(new Map([["a", { shape: [3], data }]]), new Map(), { dtype: "F16" });
  const tensor = parseSafetensors(bytes, "f").tensors.get("a");
  expect(tensor && toFloat32(tensor)).toEqual(data);
  expect((bytes.length - 6) % 8).toBe(0);
});

test("a shape that contradicts the data is not written", () => {
  const tensors = new Map([["a", { shape: [2], data: Float32Array.of(1) }]]);
  expect(() => safetensorsFile(tensors, new Map(), { dtype: "F32" })).toThrow(UsageError);
});

test("a file on disk is listed by its header alone, and read tensor by tensor", async () => {
  const tensors = new Map<string, Parameter>([
    ["a", { shape: [3], data: Float32Array.of(1, 2, 3) }],
    ["b", { shape: [1, 2], data: Float32Array.of(4, 5) }],
  ]);
  for (const dtype of ["F32", "F16", "BF16"] as const) {
    const bytes = safetensorsFile(tensors, new Map(), { dtype });
    const reads: [number, number][] = [];
    const inMemory = bytesSource(bytes, "f");
    const source: RandomAccessFile = {
      ...inMemory,
      async read(offset, target) {
        reads.push([offset, target.length]);
        await inMemory.read(offset, target);
      },
    };
    const checkpoint = await safetensorsCheckpoint(source);
    const header = bytes.length - 5 * bytesPerElement(dtype) - 8;
    expect(reads).toEqual([
      [0, 8],
      [8, header],
    ]);
    expect(await checkpoint.read("b")).toEqual(Float32Array.of(4, 5));
    expect(await checkpoint.read("a")).toEqual(Float32Array.of(1, 2, 3));
    expect(reads.slice(2)).toEqual([
      [8 + header + 3 * bytesPerElement(dtype), 2 * bytesPerElement(dtype)],
      [8 + header, 3 * bytesPerElement(dtype)],
    ]);
  }
});
