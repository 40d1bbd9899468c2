import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { fromBase64, pngReferences, readFixture } from "./fixtures.ts";

// 16 bits become round(v / 257) in the references; Pillow itself takes the upper byte or clips at 255.
for (const [name, { width, height, rgb }] of pngReferences()) {
  test(`${name}.png is decoded exactly`, () => {
    const image = decodeImage(readFixture(`${name}.png`), name);
    expect(image).toMatchObject({ width, height });
    expect(image.data).toEqual(fromBase64(rgb));
  });
}
