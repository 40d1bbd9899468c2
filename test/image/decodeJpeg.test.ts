import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/decodeImage.ts";
import { fromBase64, jpegReferences, largestDifference, readFixture } from "./fixtures.ts";

/**
 * jpeg-js rounds its own way in the inverse DCT and truncates in the colour transform: 3 was measured
 * here, 4 on photos. Without a colour transform 1 remains.
 */
const SAME_CHROMA = 4;
const NO_COLOUR_TRANSFORM = 1;

/** Where chroma is subsampled, Pillow interpolates and jpeg-js repeats: 10 here, up to 54 on photos. */
const REPEATED_CHROMA = 12;

for (const [name, { width, height, pillow, unsmoothed }] of jpegReferences()) {
  const picture = () => decodeImage(readFixture(`${name}.jpg`), name);

  test(`${name}.jpg has Pillow's size and pixels`, () => {
    expect(picture()).toMatchObject({ width, height });
    const plain = /^(grey|progressive-grey|restart-grey|cmyk|rgb)/.test(name);
    const bound = unsmoothed ? REPEATED_CHROMA : plain ? NO_COLOUR_TRANSFORM : SAME_CHROMA;
    expect(largestDifference(picture().data, fromBase64(pillow))).toBeLessThanOrEqual(bound);
  });

  if (unsmoothed) {
    test(`${name}.jpg has the pixels of libjpeg without smoothing`, () => {
      expect(largestDifference(picture().data, fromBase64(unsmoothed))).toBeLessThanOrEqual(SAME_CHROMA);
    });
  }
}
