import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { ModelError } from "../../src/errors.ts";
import { openNpy } from "../../src/formats/readNpy.ts";
import { fuzz } from "../support/fuzz.ts";
import { type NpyParts, npyBytes } from "../support/npyBytes.ts";

async function read(parts: NpyParts | Uint8Array) {
  const bytes = parts instanceof Uint8Array ? parts : npyBytes(parts);
  const file = await openNpy(bytesSource(bytes, "a.npy"));
  return { ...file, values: Array.from(await file.read()) };
}

const refused = async (parts: NpyParts | Uint8Array) => {
  const error = await read(parts).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  return (error as ModelError).message;
};

const SIX = Float32Array.of(0, 1, 2, 3, 4, 5);

describe("arrays as NumPy writes them", () => {
  test("float32 in row-major order, in each version of the format", async () => {
    for (const version of [1, 2, 3] as const) {
      const { dtype, shape, values } = await read({ version, descr: "<f4", shape: [2, 3], data: SIX });
      expect({ dtype, shape, values }).toEqual({ dtype: "F32", shape: [2, 3], values: [0, 1, 2, 3, 4, 5] });
    }
  });

  // The bytes of numpy.save for np.array([[0, 1, 2], [3, 4, 5]], "<f2"), of NumPy 2.4.
  test("a file of NumPy itself", async () => {
    const header = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117);
    const start = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0x76, 0];
    const halves = [0, 0, 0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44, 0, 0x45];
    const bytes = Uint8Array.of(...start, ...new TextEncoder().encode(`${header}\n`), ...halves);
    expect((await read(bytes)).values).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("Fortran's order becomes row-major", async () => {
    const columns = Float32Array.of(0, 3, 1, 4, 2, 5);
    const { values } = await read({ descr: "<f4", shape: [2, 3], data: columns, fortranOrder: true });
    expect(values).toEqual([0, 1, 2, 3, 4, 5]);
    const cube = Float32Array.from({ length: 24 }, (_, i) => i);
    const three = await read({ descr: "<f4", shape: [2, 3, 4], data: cube, fortranOrder: true });
    const expected = [0, 1].flatMap((i) =>
      [0, 1, 2].flatMap((j) => [0, 1, 2, 3].map((k) => i + 2 * j + 6 * k)),
    );
    expect(three.values).toEqual(expected);
  });

  test("both byte orders, and every width of floats and integers without rounding", async () => {
    const big = new Uint8Array(new Uint8Array(Float64Array.of(Math.PI).buffer)).reverse();
    expect((await read({ descr: ">f8", shape: [1], data: big })).values).toEqual([Math.PI]);
    const cases = {
      "<f8": Float64Array.of(Math.PI, -1e300),
      "<i8": BigInt64Array.of(-5n, 2n ** 40n),
      "<u8": BigUint64Array.of(5n, 2n ** 40n),
      "<i4": Int32Array.of(-5, 16_777_217),
      "<u4": Uint32Array.of(5, 4_294_967_295),
      "<i2": Int16Array.of(-5, 300),
      "<u2": Uint16Array.of(5, 65_535),
      "|i1": Int8Array.of(-5, 7),
      "|u1": Uint8Array.of(5, 255),
      "|b1": Uint8Array.of(0, 1),
    };
    for (const [descr, data] of Object.entries(cases)) {
      const { values } = await read({ descr, shape: [2], data });
      expect(values, descr).toEqual(Array.from(data as Iterable<number | bigint>, Number));
    }
  });

  test("no axis is one number, and an axis of 0 none", async () => {
    expect(await read({ descr: "<f4", shape: [], data: Float32Array.of(7) })).toMatchObject({
      shape: [],
      values: [7],
    });
    const none = await read({ descr: "<f4", shape: [0, 3], data: new Float32Array(0), fortranOrder: true });
    expect(none.values).toEqual([]);
  });

  test("keys in another order, double quotes, and sides of Python 2", async () => {
    const header = `{ "shape":(2L,3L),"fortran_order":False , "descr":"<f4"}`;
    expect((await read({ header, data: SIX })).shape).toEqual([2, 3]);
  });
});

describe("refused by name", () => {
  test("types that are no real numbers", async () => {
    const types = {
      "<c8": "complex numbers",
      "|O": "Python objects",
      "<U4": "text",
      "|V2": "raw bytes, as bfloat16 is saved",
      "<f16": "floats of another width",
      "<M8": "dates",
      "=f4": "floats of another width",
      "|f4": "floats of another width",
    };
    for (const [descr, what] of Object.entries(types)) {
      const message = await refused({ descr, shape: [1], data: new Uint8Array(16) });
      expect(message).toBe(
        `a.npy: expected floats of 2, 4 or 8 bytes, or integers, with their byte order, got ${what} ("${descr}"). Save it with .astype("float32").`,
      );
    }
    const header = "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }";
    expect(await refused({ header, data: Float32Array.of(1) })).toContain("a structured array");
  });

  test("files that are truncated, too long, or something else", async () => {
    const whole = npyBytes({ descr: "<f4", shape: [2, 3], data: SIX });
    const length = whole.length - 24;
    expect(await refused(whole.subarray(0, -1))).toBe(
      "a.npy: expected 24 bytes of elements after the header, got 23. The file is truncated.",
    );
    expect(await refused(Uint8Array.of(...whole, 0))).toContain("Bytes follow that belong to no element.");
    expect(await refused(whole.subarray(0, 60))).toBe(
      `a.npy: expected a header that ends at ${length}, got 60 bytes. The file is truncated.`,
    );
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode("PK\x03\x04 an archive")]) {
      expect(await refused(bytes)).toBe("a.npy: expected an array of NumPy (.npy), got another file.");
    }
    expect(await refused(whole.map((byte, i) => (i === 6 ? 4 : byte)))).toContain("got 4.0");
    expect(await refused(whole.map((byte, i) => (i === 7 ? 1 : byte)))).toContain("got 1.1");
  });

  test("headers that are no such dictionary", async () => {
    const headers = {
      "": "expected a dictionary, got",
      "{'descr': '<f4'}": "expected a key of the header",
      "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}": "each once",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}": "a value of fortran_order",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}": "a value of shape",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}": "a value of shape",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}": "the end of the dictionary",
      "{'__proto__': 1}": "the keys descr, fortran_order, shape, each once",
    };
    for (const [header, what] of Object.entries(headers)) {
      expect(await refused({ header, data: Float32Array.of(1) }), header).toContain(what);
    }
    const huge = "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999, 99999999), }";
    expect(await refused({ header: huge, data: new Uint8Array(0) })).toContain("a size below 2^53 bytes");
    const long = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999, 1), }";
    expect((await read({ header: long, data: new Uint8Array(0) })).values).toEqual([]);
    expect(await refused({ version: 2, header: " ".repeat(70_000), data: SIX })).toContain(
      "at most 65535 bytes",
    );
  });
});

test("damaged files are read or refused in one line, never anything else", async () => {
  const seeds = ([1, 2, 3] as const).flatMap((version) => [
    npyBytes({ version, descr: "<f4", shape: [2, 3], data: SIX }),
    npyBytes({ version, descr: ">f2", shape: [2, 3], data: new Uint8Array(12), fortranOrder: true }),
    npyBytes({ version, descr: "|u1", shape: [], data: Uint8Array.of(1) }),
  ]);
  const result = await fuzz({ seeds, seed: 71, run: read });
  expect(result.accepted).toBeGreaterThan(0);
  expect(Object.keys(result.errors)).toEqual(["ModelError"]);
});
