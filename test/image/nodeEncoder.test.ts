import { describe, expect, test, vi } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { encodeRgb as encodeByJpegJs } from "../../src/image/jpeg/jpegJsEncoder.ts";
import { encodeRgb, prepareEncoder } from "../../src/image/jpeg/nodeEncoder.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { randomNumbers } from "../support/fuzz.ts";
import { readFixture } from "./fixtures.ts";

const QUALITY = 92;
const photo = decodeImage(readFixture("baseline-444.jpg"), "photo");

/** Pixels that are black or white at random: no picture takes more bytes. */
function noise(width: number, height: number, seed: number): RgbImage {
  const random = randomNumbers(seed);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => (random() < 0.5 ? 0 : 255)),
  };
}

function meanDifference(image: RgbImage, encoded: Uint8Array): number {
  const decoded = decodeImage(encoded, "encoded");
  expect(decoded).toMatchObject({ width: image.width, height: image.height });
  return image.data.reduce((sum, value, i) => sum + Math.abs(value - decoded.data[i]), 0) / image.data.length;
}

test("a photo is encoded by libjpeg-turbo, and comes back as near as by jpeg-js", () => {
  // A picture of some size: the headers alone are 600 bytes.
  const large = { width: 27 * 4, height: 19 * 4, data: enlarged(photo, 4) };
  const encoded = encodeRgb(large, QUALITY);
  expect(encoded).not.toEqual(encodeByJpegJs(large, QUALITY));
  expect(meanDifference(large, encoded)).toBeCloseTo(
    meanDifference(large, encodeByJpegJs(large, QUALITY)),
    0,
  );
});

function enlarged({ width, height, data }: RgbImage, factor: number): Uint8Array {
  const columns = width * factor;
  return Uint8Array.from({ length: columns * height * factor * 3 }, (_, i) => {
    const cell = Math.floor(i / 3);
    const x = Math.floor((cell % columns) / factor);
    const y = Math.floor(Math.floor(cell / columns) / factor);
    return data[(y * width + x) * 3 + (i % 3)];
  });
}

describe("what needs more bytes than libjpeg-turbo's package has room for comes back all the same", () => {
  test.each([
    [1, 1],
    [7, 5],
    [8, 8],
    [17, 1],
    [1, 300],
    [64, 64],
    [200, 150],
  ])("noise of %d x %d", (width, height) => {
    const image = noise(width, height, width * height);
    for (const quality of [1, 50, 92, 99, 100]) {
      const byJpegJs = meanDifference(image, encodeByJpegJs(image, quality));
      expect(Math.abs(meanDifference(image, encodeRgb(image, quality)) - byJpegJs)).toBeLessThan(1);
    }
  });
});

test("an encoder that was loaded ahead gives the same bytes, for one image or more", () => {
  const expected = encodeRgb(photo, QUALITY);
  prepareEncoder();
  prepareEncoder();
  for (let image = 0; image < 2; image++) expect(encodeRgb(photo, QUALITY)).toEqual(expected);
});

test("where there is no memory for an encoder, jpeg-js encodes, and nothing is left unhandled", async () => {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", keep);
  encodeRgb(photo, QUALITY); // uses up what was loaded ahead
  class Full {
    constructor() {
      throw new RangeError("WebAssembly.Instance(): Out of memory");
    }
  }
  const instance = vi
    .spyOn(WebAssembly, "Instance")
    .mockImplementation(Full as unknown as typeof WebAssembly.Instance);
  prepareEncoder();
  expect(encodeRgb(photo, QUALITY)).toEqual(encodeByJpegJs(photo, QUALITY));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(instance).toHaveBeenCalledTimes(2);
  instance.mockRestore();
  process.off("unhandledRejection", keep);
  expect(unhandled).toEqual([]);
});
