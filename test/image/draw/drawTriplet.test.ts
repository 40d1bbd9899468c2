import { expect, test } from "vitest";
import { drawingSizes } from "../../../src/image/draw/drawingSizes.ts";
import { drawTriplet } from "../../../src/image/draw/drawTriplet.ts";
import type { Color } from "../../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../../src/image/rgbImage.ts";

const COLOR: Color = [0, 200, 0];
const sizes = { ...drawingSizes(200, 200), dotRadius: 4, lineRadius: 1 };
const corners = {
  topLeft: { x: 20.5, y: 20.5, score: 0.9 },
  bottomRight: { x: 180.5, y: 180.5, score: 0.8 },
};
const region = { xmin: 80, ymin: 80, xmax: 120, ymax: 120 };

function drawn(triplet: Parameters<typeof drawTriplet>[1]) {
  const image: RgbImage = { width: 200, height: 200, data: new Uint8Array(200 * 200 * 3) };
  drawTriplet(image, triplet, COLOR, sizes);
  return (x: number, y: number) => [...image.data.subarray((y * 200 + x) * 3, (y * 200 + x) * 3 + 3)];
}

test("corners have a white core, the center one of the color, and the region is tinted", () => {
  const at = drawn({ ...corners, center: { x: 90.5, y: 90.5, score: 0.7 }, centralRegion: region });
  expect([at(20, 20), at(180, 180)]).toEqual([
    [255, 255, 255],
    [255, 255, 255],
  ]);
  expect(at(24, 20)).toEqual([...COLOR]);
  expect(at(90, 90)).toEqual([...COLOR]);
  expect(at(94, 90)).toEqual([255, 255, 255]);
  expect(at(110, 110)).toEqual([0, 60, 0]);
  expect(at(130, 110)).toEqual([0, 0, 0]);
});

test("a pair without a center has its region; what has no place is left out", () => {
  const pair = drawn({ ...corners, centralRegion: region });
  expect([pair(110, 110), pair(90, 90)]).toEqual([
    [0, 60, 0],
    [0, 60, 0],
  ]);
  const nowhere = drawn({
    ...corners,
    topLeft: { x: Number.NaN, y: 20, score: 0 },
    centralRegion: { ...region, xmax: 80 },
  });
  expect(nowhere(20, 20)).toEqual([0, 0, 0]);
  expect(nowhere(100, 100)).toEqual([0, 0, 0]);
});
