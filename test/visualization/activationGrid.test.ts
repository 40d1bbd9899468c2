import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { activationGrid, GRID_GAP } from "../../src/visualization/activationGrid.ts";
import { colorMap, NAN_COLOR } from "../../src/visualization/colorMap.ts";

/** Channels of 2 x 2 cells, each given row by row. */
function mapOf(channels: readonly (readonly number[])[]): Tensor {
  const map = tensor(shapeOf(2, 2, channels.length));
  channels.forEach((cells, channel) => {
    cells.forEach((value, cell) => {
      map.data[cell * channels.length + channel] = value;
    });
  });
  return map;
}

const pixel = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3).slice(0, 3),
];
const color = (name: "sequential" | "diverging", entry: number) => [
  ...colorMap(name).subarray(entry * 3, entry * 3 + 3),
];

const RISING = mapOf([
  [0, 1, 2, 4],
  [0, 0, 0, 0],
  [1, 1, 1, 3],
]);

test("each pixel of a tile is the color map's entry for its value, between the layer's extremes", () => {
  const grid = activationGrid(RISING, { pixelsPerCell: 1 });
  expect(grid).toMatchObject({ columns: 2, rows: 2, tileWidth: 2, tileHeight: 2, channels: [0, 1, 2] });
  expect(grid).toMatchObject({ scale: "layer", colors: "sequential" });
  expect(grid.ranges).toEqual([0, 1, 2].map(() => ({ min: 0, max: 4 })));
  expect(grid.statistics).toMatchObject({ count: 12, zeros: 5, nan: 0 });
  const { image } = grid;
  expect([image.width, image.height]).toEqual([4 + GRID_GAP, 4 + GRID_GAP]);
  for (const [x, y, entry] of [
    [0, 0, 0],
    [1, 0, 64],
    [0, 1, 128],
    [1, 1, 255],
    [2 + GRID_GAP, 0, 0],
    [1, 3 + GRID_GAP, 192],
  ]) {
    expect(pixel(image, x, y)).toEqual(color("sequential", entry));
  }
  const empty = pixel(image, 3 + GRID_GAP, 3 + GRID_GAP);
  expect(empty).toEqual(pixel(image, 2, 0));
  expect(new Set(empty).size).toBe(1);
});

test("negative numbers make it symmetric around 0; each channel may have its own range", () => {
  const map = mapOf([
    [-1, 0, 1, 2],
    [3, 3, 3, -3],
  ]);
  const both = activationGrid(map, { pixelsPerCell: 1 });
  expect(both).toMatchObject({ scale: "symmetric", colors: "diverging" });
  expect(both.ranges[0]).toEqual({ min: -3, max: 3 });
  expect(pixel(both.image, 1, 0)).toEqual(color("diverging", 128));
  const own = activationGrid(map, { pixelsPerCell: 1, scale: "channel" });
  expect(own.ranges).toEqual([
    { min: -2, max: 2 },
    { min: -3, max: 3 },
  ]);
  expect(pixel(own.image, 1, 1)).toEqual(color("diverging", 255));
  const plain = activationGrid(RISING, { scale: "channel" });
  expect(plain).toMatchObject({
    colors: "sequential",
    ranges: [
      { min: 0, max: 4 },
      { min: 0, max: 0 },
      { min: 1, max: 3 },
    ],
  });
});

test("percentiles leave out the extremes", () => {
  const data = Float32Array.from({ length: 1000 }, (_, i) => i);
  data[999] = 1e6;
  const { ranges } = activationGrid(tensor(shapeOf(10, 100, 1), data), { scale: "percentiles" });
  expect(ranges).toEqual([{ min: 10, max: 989 }]);
  data[0] = -1e6;
  const both = activationGrid(tensor(shapeOf(10, 100, 1), data), { scale: "percentiles" });
  expect(both).toMatchObject({ ranges: [{ min: -989, max: 989 }], colors: "diverging" });
});

test("tiles are sorted by a statistic, and pages of them drawn", () => {
  expect(activationGrid(RISING, { order: "max" }).channels).toEqual([0, 2, 1]);
  expect(activationGrid(RISING, { order: "deviation" }).channels).toEqual([0, 2, 1]);
  expect(activationGrid(RISING, { order: "mean", from: 1, count: 1 }).channels).toEqual([2]);
  expect(activationGrid(RISING, { from: 1 }).channels).toEqual([1, 2]);
  expect(() => activationGrid(RISING, { from: 3 })).toThrow(UsageError);
});

test("cells are enlarged, or means of cells drawn where the grid would be too large", () => {
  const enlarged = activationGrid(RISING, { pixelsPerCell: 3 });
  expect(enlarged.tileWidth).toBe(6);
  expect(pixel(enlarged.image, 5, 2)).toEqual(color("sequential", 64));
  const halved = activationGrid(RISING, { pixelsPerCell: 1 / 2 });
  expect(halved.tileWidth).toBe(1);
  expect(pixel(halved.image, 0, 0)).toEqual(color("sequential", Math.floor((1.75 / 4) * 256)));
  expect(activationGrid(RISING).pixelsPerCell).toBe(16);
  const large = activationGrid(tensor(shapeOf(40, 2800, 1)));
  expect(large.pixelsPerCell).toBe(1 / 2);
  expect(large.image.width).toBe(1400);
  expect(() => activationGrid(RISING, { pixelsPerCell: 1.5 })).toThrow("pixelsPerCell: expected");
});

test("NaN has its own color, and what is no map is refused", () => {
  const { image, statistics } = activationGrid(mapOf([[Number.NaN, 1, 2, 3]]), { pixelsPerCell: 1 });
  expect(pixel(image, 0, 0)).toEqual([...NAN_COLOR]);
  expect(statistics.nan).toBe(1);
  const short = { shape: shapeOf(2, 2, 2), data: new Float32Array(7) };
  expect(() => activationGrid(short)).toThrow("activationGrid: expected a map");
});
