import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { encodeNpy } from "../../src/formats/npy.ts";

/** As `numpy.save` of NumPy 2 writes `numpy.array([[1, -2, 0.5]], dtype="<f4")`. */
const HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
const SAVED = [
  ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00],
  ...new TextEncoder().encode(`${HEADER}${" ".repeat(117 - HEADER.length)}\n`),
  ...[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f],
];

test("writes the bytes that NumPy writes", () => {
  expect([...encodeNpy({ shape: [1, 3], data: Float32Array.of(1, -2, 0.5) })]).toEqual(SAVED);
});

test.each([
  [[], "()"],
  [[4], "(4,)"],
  [[1, 2, 3, 5], "(1, 2, 3, 5)"],
  [[0, 7], "(0, 7)"],
  [[1_000_003, 1, 1, 1], "(1000003, 1, 1, 1)"],
])("shape %j is the tuple %s; numbers begin at a multiple of 64 bytes", (shape, tuple) => {
  const count = shape.reduce((product, side) => product * side, 1);
  // A part of a larger buffer: what a tap may be.
  const data = Float32Array.from({ length: count + 1 }, (_, i) => i).subarray(1);
  const bytes = encodeNpy({ shape, data });
  const start = bytes.length - count * 4;
  expect(start % 64).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(10, start))).toMatch(`'shape': ${tuple}, }`);
  expect(new DataView(bytes.buffer).getUint16(8, true)).toBe(start - 10);
  expect(bytes[start - 1]).toBe(0x0a);
  if (count > 0) expect(new DataView(bytes.buffer).getFloat32(bytes.length - 4, true)).toBe(count);
});

test("refuses numbers that do not fill the shape", () => {
  expect(() => encodeNpy({ shape: [2, 2], data: new Float32Array(3) })).toThrow(UsageError);
});
