import { readFileSync } from "node:fs";
import jpegJs from "jpeg-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { expectImageError } from "./expectImageError.ts";
import { fromBase64, jpegReferences, largestDifference, photoCrops, readFixture } from "./fixtures.ts";

/** jpeg-js's inverse DCT differs from libjpeg's by 1, which a color conversion multiplies by up to 1.8. */
const MOST = 3;
const WITHOUT_CONVERSION = 1;

describe("libjpeg's pixels, as Pillow gives them", () => {
  test.each(jpegReferences())("%s.jpg", (name, { width, height, pillow }) => {
    const picture = decodeImage(readFixture(`${name}.jpg`), name);
    expect(picture).toMatchObject({ width, height });
    const bound = /grey|cmyk|rgb/.test(name) ? WITHOUT_CONVERSION : MOST;
    expect(largestDifference(picture.data, fromBase64(pillow))).toBeLessThanOrEqual(bound);
  });

  test.each(photoCrops())("a part of samples/%s.jpg", (name, { x, y, width, height, pillow }) => {
    const photo = readFileSync(new URL(`../../samples/${name}.jpg`, import.meta.url));
    const picture = decodeImage(new Uint8Array(photo), name);
    const rows = Array.from({ length: height }, (_, row) => {
      const start = ((y + row) * picture.width + x) * 3;
      return [...picture.data.subarray(start, start + width * 3)];
    });
    expect(largestDifference(Uint8Array.from(rows.flat()), fromBase64(pillow))).toBeLessThanOrEqual(MOST);
  });
});

describe("errors of jpeg-js are ImageErrors", () => {
  afterEach(() => vi.restoreAllMocks());

  test.each<[string, Error, RegExp]>([
    [
      "memory that cannot be had",
      new RangeError("Array buffer allocation failed"),
      /expected some 1 MB of memory to decode 27 x 19, got less \(Array buffer allocation failed\)\. Make the/,
    ],
    [
      "memory beyond a limit of its own",
      new Error("maxMemoryUsageInMB limit exceeded by at least 12MB"),
      /expected some 1 MB of memory to decode 27 x 19, got less \(maxMemoryUsageInMB limit .*\)\. Make the/,
    ],
    [
      "an error that it did not mean",
      new TypeError("Cannot read properties\nof undefined"),
      /expected a whole JPEG, got what jpeg-js refuses \(Cannot read properties\\nof undefined\)\. The file is/,
    ],
  ])("%s", (_, error, message) => {
    vi.spyOn(jpegJs, "decode").mockImplementation(() => {
      throw error;
    });
    expectImageError(readFixture("baseline-420.jpg"), message);
  });
});
