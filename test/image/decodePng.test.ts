import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { fromBase64, pngReferences, readFixture } from "./fixtures.ts";

// 16 bits become round(v / 257) in the references; Pillow itself takes the upper byte or clips at 255.
for (const [name, { width, height, rgb }] of pngReferences()) {
  test(`${name}.png is decoded exactly`, () => {
    const picture = decodeImage(readFixture(`${name}.png`), name);
    expect(picture).toMatchObject({ width, height });
    expect(picture.data).toEqual(fromBase64(rgb));
  });
}
