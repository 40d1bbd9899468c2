import { expect, test } from "vitest";
import { encodeIndexedPng } from "../../scripts/tripletPictures/indexedPng.ts";
import { decodeImage } from "../../src/image/imageFile.ts";

test("few colors come back as they were", () => {
  const data = Uint8Array.from({ length: 13 * 7 * 3 }, (_, i) => ((i % 5) * 60 + Math.floor(i / 40)) % 256);
  const image = { width: 13, height: 7, data };
  expect(decodeImage(encodeIndexedPng(image), "drawing.png")).toEqual(image);
});

test("of more than 256 colors the rarest are given the nearest of the others", () => {
  const data = new Uint8Array(300 * 2 * 3);
  // 300 greys and reds, of which the first 256 stand there twice.
  for (let i = 0; i < 300; i++) {
    const color = i < 256 ? [i, i, i] : [i - 256, 0, 0];
    data.set(color, i * 3);
    data.set(i < 256 ? color : [0, 0, 0], (300 + i) * 3);
  }
  const decoded = decodeImage(encodeIndexedPng({ width: 300, height: 2, data }), "drawing.png").data;
  expect(decoded.subarray(0, 256 * 3)).toEqual(data.subarray(0, 256 * 3));
  expect([...decoded.subarray(256 * 3, 256 * 3 + 3)]).toEqual([0, 0, 0]);
  expect([...decoded.subarray(299 * 3)].slice(0, 3)).toEqual([14, 14, 14]);
});
