import { readFileSync } from "node:fs";
import jpegJs from "jpeg-js";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { fromBase64, jpegReferences, largestDifference, readFixture } from "./fixtures.ts";

/**
 * As in jpeg-js, the inverse DCT rounds its own way and the color transform truncates: 3 was measured
 * here, 4 on photos. Without a color transform 1 remains.
 */
const SAME_CHROMA = 4;
const NO_COLOR_TRANSFORM = 1;

/** Where chroma is subsampled, Pillow interpolates and this decoder repeats: 10 here, up to 54 on photos. */
const REPEATED_CHROMA = 12;

for (const [name, { width, height, pillow, unsmoothed }] of jpegReferences()) {
  const image = () => decodeImage(readFixture(`${name}.jpg`), name);

  test(`${name}.jpg has Pillow's size and pixels`, () => {
    expect(image()).toMatchObject({ width, height });
    const plain = /^(grey|progressive-grey|restart-grey|cmyk|rgb)/.test(name);
    const bound = unsmoothed ? REPEATED_CHROMA : plain ? NO_COLOR_TRANSFORM : SAME_CHROMA;
    expect(largestDifference(image().data, fromBase64(pillow))).toBeLessThanOrEqual(bound);
  });

  if (unsmoothed) {
    test(`${name}.jpg has the pixels of libjpeg without smoothing`, () => {
      expect(largestDifference(image().data, fromBase64(unsmoothed))).toBeLessThanOrEqual(SAME_CHROMA);
    });
  }
}

/** What jpeg-js decodes by its own rules of color and turning is compared above. */
const OWN_RULES = /^(cmyk-without|rgb-|ycck|exif-)/;

const photos = ["people", "grace-hopper", "rocket"].map((name) => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(`../../samples/${name}.jpg`, import.meta.url))),
}));
const small = [...jpegReferences()]
  .filter(([name]) => !OWN_RULES.test(name))
  .map(([name]) => ({ name, bytes: readFixture(`${name}.jpg`) }));

test.each([...photos, ...small])("$name: the pixels of jpeg-js, to the bit", ({ name, bytes }) => {
  const theirs = jpegJs.decode(bytes, { useTArray: true, formatAsRGBA: false });
  const ours = decodeImage(bytes, name);
  expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
  expect(Buffer.compare(ours.data, theirs.data)).toBe(0);
});
