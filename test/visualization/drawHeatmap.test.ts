import { expect, test } from "vitest";
import { asNdarray } from "../../src/asNdarray.ts";
import { UsageError } from "../../src/errors.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { drawHeatmap } from "../../src/visualization/drawHeatmap.ts";

const GREY = 100;
const image: RgbImage = { width: 8, height: 4, data: new Uint8Array(8 * 4 * 3).fill(GREY) };
/** Two rows of four cells, two channels; half a cell a pixel. */
const map = (values: readonly (readonly [cell: number, channel: number, value: number])[]) => {
  const heatmap = tensor(shapeOf(2, 4, 2));
  for (const [cell, channel, value] of values) heatmap.data[cell * 2 + channel] = value;
  return heatmap;
};
const PLACE = { left: 0, top: 0, cellsPerPixelX: 0.5, cellsPerPixelY: 0.5 };
const pixel = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const DARK = [40, 40, 40];

test("dark where there is nothing, then red, yellow and white", () => {
  const heat = map([
    [1, 0, 1 / 3],
    [2, 0, 2 / 3],
    [3, 0, 1],
  ]);
  const drawn = drawHeatmap(image, heat, PLACE, 0);
  expect([0, 2, 4, 6].map((x) => pixel(drawn, x, 1))).toEqual([
    DARK,
    [255, 40, 40],
    [255, 255, 40],
    [255, 255, 255],
  ]);
  expect(pixel(drawn, 6, 2)).toEqual(DARK);
  expect(image.data.every((value) => value === GREY)).toBe(true);
});

test("one channel, or the largest of all", () => {
  const heat = map([
    [0, 0, 1 / 3],
    [0, 1, 1],
  ]);
  expect(pixel(drawHeatmap(image, heat, PLACE, 0), 0, 0)).toEqual([255, 40, 40]);
  expect(pixel(drawHeatmap(image, heat, PLACE), 0, 0)).toEqual([255, 255, 255]);
});

test("values beyond 0 to 1 are shown like these", () => {
  const drawn = drawHeatmap(
    image,
    map([
      [0, 0, 7],
      [1, 0, -3],
    ]),
    PLACE,
    0,
  );
  expect(pixel(drawn, 0, 0)).toEqual([255, 255, 255]);
  expect(pixel(drawn, 2, 0)).toEqual(DARK);
});

test("an image that lies in the canvas, and one that was mirrored", () => {
  const heat = map([[1, 0, 1]]);
  const shifted = drawHeatmap(image, heat, { ...PLACE, left: 2 }, 0);
  expect([0, 1, 2].map((x) => pixel(shifted, x, 0)[2])).toEqual([255, 255, 40]);
  const mirrored = drawHeatmap(image, heat, { ...PLACE, mirrored: true }, 0);
  expect([2, 4, 5, 6].map((x) => pixel(mirrored, x, 0)[2])).toEqual([40, 255, 255, 40]);
});

test("a view of ndarray is drawn as its tensor is, and a part or a transpose of it is refused", () => {
  const heat = map([[1, 0, 1]]);
  const tap = asNdarray(heat);
  expect(drawHeatmap(image, tap, PLACE)).toEqual(drawHeatmap(image, heat, PLACE));
  for (const view of [tap.pick(0, null, null, null), tap.hi(1, 1, 4, 2), tap.transpose(0, 2, 1, 3)]) {
    expect(() => drawHeatmap(image, view, PLACE)).toThrow(UsageError);
  }
});
