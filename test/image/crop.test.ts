import { expect, test } from "vitest";
import { cropImage } from "../../src/image/crop.ts";

/** Each pixel holds its x, its y and 7. */
const image = {
  width: 5,
  height: 4,
  data: Uint8Array.from({ length: 60 }, (_, i) => [Math.floor(i / 3) % 5, Math.floor(i / 15), 7][i % 3]),
};

test("a crop has every pixel that the box touches", () => {
  const crop = cropImage(image, { xmin: 1.2, ymin: 0.9, xmax: 2.1, ymax: 2 });
  expect(crop).toEqual({ width: 2, height: 2, data: Uint8Array.of(1, 0, 7, 2, 0, 7, 1, 1, 7, 2, 1, 7) });
});

test("a box that reaches beyond the image is clipped, and one beside it has no crop", () => {
  const all = cropImage(image, { xmin: -10, ymin: -1, xmax: 99, ymax: 99 });
  expect(all).toEqual(image);
  expect(cropImage(image, { xmin: 5, ymin: 0, xmax: 9, ymax: 4 })).toBeUndefined();
  expect(cropImage(image, { xmin: 3, ymin: 2, xmax: 2, ymax: 3 })).toBeUndefined();
});
