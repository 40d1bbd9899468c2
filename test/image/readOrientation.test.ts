import { expect, test } from "vitest";
import { readOrientation } from "../../src/image/exif.ts";

/** A TIFF header and a directory of a width and the orientation. */
function exif(
  littleEndian: boolean,
  { entries = 2, directory = 8, type = 3, count = 1, value = 6 } = {},
): Uint8Array {
  const bytes = new Uint8Array(8 + 2 + 2 * 12 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  view.setUint16(8, entries, littleEndian);
  view.setUint16(10, 0x0100, littleEndian);
  view.setUint16(22, 0x0112, littleEndian);
  view.setUint16(24, type, littleEndian);
  view.setUint32(26, count, littleEndian);
  view.setUint16(30, value, littleEndian);
  return bytes;
}

test("both byte orders", () => {
  expect(readOrientation(exif(true))).toBe(6);
  expect(readOrientation(exif(false))).toBe(6);
});

test("a view into a larger buffer", () => {
  const larger = new Uint8Array(100);
  larger.set(exif(false), 13);
  expect(readOrientation(larger.subarray(13, 13 + 38))).toBe(6);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["no TIFF header", new Uint8Array(40)],
  ["an orientation of 0", exif(true, { value: 0 })],
  ["an orientation of 9", exif(true, { value: 9 })],
  ["an orientation of another type", exif(true, { type: 2 })],
  ["an orientation of two values", exif(true, { count: 2 })],
  ["an orientation of no value", exif(true, { count: 0 })],
  ["a directory beyond the end", exif(true, { directory: 2 ** 32 - 1 })],
  ["a directory of 65,535 entries without it", exif(true, { entries: 65535 }).fill(0, 22)],
])("%s counts as upright", (_, bytes) => {
  expect(readOrientation(bytes)).toBe(1);
});

test("cut off at every byte before the value", () => {
  const whole = exif(true);
  for (let length = 0; length < 34; length++) expect(readOrientation(whole.subarray(0, length))).toBe(1);
  expect(readOrientation(whole.subarray(0, 34))).toBe(6);
});

test("the first entry that is as it should be counts", () => {
  for (const first of [{ value: 9 }, { type: 1 }, { count: 2 }]) {
    const both = exif(true, first);
    both.set(both.subarray(22, 34), 10);
    both.set(exif(true, { value: 3 }).subarray(22, 34), 22);
    expect(readOrientation(both), JSON.stringify(first)).toBe(3);
  }
});
