import fc from "fast-check";
import { expect, test } from "vitest";
import { resizeHalfPixelBilinear } from "../../src/image/input/resizeBilinear.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { numberedPicture } from "./fixtures.ts";

const greyRow = (...values: number[]): RgbImage => ({
  width: values.length,
  height: 1,
  data: Uint8Array.from(values.flatMap((v) => [v, v, v])),
});
const reds = (image: RgbImage) => [...image.data].filter((_, i) => i % 3 === 0);

test("half-pixel centers: by two, border pixels clamped, halves rounded up", () => {
  // Positions -0.25, 0.25, 0.75, 1.25 of pixels 0 and 100; -0.25 and 1.25 are clamped.
  expect(reds(resizeHalfPixelBilinear(greyRow(0, 100), 4, 1))).toEqual([0, 25, 75, 100]);
  // Position 0.5 of pixels 0 and 1 is 0.5.
  expect(reds(resizeHalfPixelBilinear(greyRow(0, 1), 1, 1))).toEqual([1]);
});

test("no antialiasing: halving an odd width takes the two neighbors of each center alone", () => {
  // Old positions (i + 0.5) * 5 / 2 - 0.5 = 0.75 and 3.25.
  expect(reds(resizeHalfPixelBilinear(greyRow(0, 40, 200, 80, 120), 2, 1))).toEqual([30, 90]);
});

test("the same size is a copy", () => {
  const image = numberedPicture(13, 7);
  expect(resizeHalfPixelBilinear(image, 13, 7)).toEqual(image);
});

test("agrees with the definition, pixel by pixel", () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(side, side, side, side, fc.infiniteStream(fc.nat(255)), (w, h, width, height, values) => {
      const data = Uint8Array.from({ length: w * h * 3 }, () => values.next().value ?? 0);
      const resized = resizeHalfPixelBilinear({ width: w, height: h, data }, width, height);
      const at = (x: number, y: number, c: number) => data[(y * w + x) * 3 + c];
      for (let i = 0; i < resized.data.length; i++) {
        const c = i % 3;
        const x = Math.floor(i / 3) % width;
        const y = Math.floor(i / 3 / width);
        const sourceX = Math.min(Math.max((x + 0.5) * (w / width) - 0.5, 0), w - 1);
        const sourceY = Math.min(Math.max((y + 0.5) * (h / height) - 0.5, 0), h - 1);
        const x0 = Math.floor(sourceX);
        const y0 = Math.floor(sourceY);
        const x1 = Math.min(x0 + 1, w - 1);
        const y1 = Math.min(y0 + 1, h - 1);
        const top = at(x0, y0, c) + (at(x1, y0, c) - at(x0, y0, c)) * (sourceX - x0);
        const bottom = at(x0, y1, c) + (at(x1, y1, c) - at(x0, y1, c)) * (sourceX - x0);
        expect(resized.data[i]).toBe(Math.floor(top + (bottom - top) * (sourceY - y0) + 0.5));
      }
    }),
  );
});
