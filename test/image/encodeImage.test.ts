import { describe, expect, test } from "vitest";
import { ImageError, UsageError } from "../../src/errors.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../src/image/imageFile.ts";
import { largestDifference, numberedPicture, readFixture } from "./fixtures.ts";

describe("encodePng", () => {
  test.each([
    [1, 1],
    [1, 7],
    [7, 1],
    [37, 29],
  ])("%d x %d comes back bit for bit", (width, height) => {
    const image = numberedPicture(width, height);
    expect(decodeImage(encodePng(image), "own")).toEqual(image);
  });

  test("stored, the pixels take all of their bytes, also in several blocks", () => {
    const image = numberedPicture(300, 200);
    const stored = encodePng(image, { compressed: false });
    expect(stored.length).toBeGreaterThan(image.data.length);
    expect(decodeImage(stored, "own")).toEqual(image);
  });
});

describe("encodeJpeg", () => {
  const image = decodeImage(readFixture("baseline-444.jpg"), "image");

  test("comes back nearly the same, and nearer at a higher quality", () => {
    const difference = (quality?: number) => {
      const decoded = decodeImage(encodeJpeg(image, quality), "own");
      expect(decoded).toMatchObject({ width: image.width, height: image.height });
      return largestDifference(decoded.data, image.data);
    };
    expect(difference()).toBeLessThanOrEqual(20);
    expect(difference(100)).toBeLessThanOrEqual(6);
    expect(difference(10)).toBeGreaterThan(difference());
  });

  test("is a plain Uint8Array in Node, too", () => {
    expect(encodeJpeg(image).constructor).toBe(Uint8Array);
  });

  test.each([0, 101, 92.5, Number.NaN])("quality %d is refused", (quality) => {
    expect(() => encodeJpeg(image, quality)).toThrow(UsageError);
  });

  test("sides that a JPEG cannot have are refused", () => {
    const wide = { width: 65536, height: 1, data: new Uint8Array(65536 * 3) };
    expect(() => encodeJpeg(wide)).toThrow(ImageError);
  });
});
