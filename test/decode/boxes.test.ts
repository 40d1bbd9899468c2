import fc from "fast-check";
import { expect, test } from "vitest";
import { boxesAsFractions, boxesInCells } from "../../src/decode/boxes.ts";

const HEIGHT = 3;
const WIDTH = 4;

function boxOf(cell: number, size: [number, number], offset: [number, number]): number[] {
  const map = { height: HEIGHT, width: WIDTH };
  return [...boxesInCells(Int32Array.of(cell), Float32Array.from(size), Float32Array.from(offset), map)];
}

test("size and offset are of the cell, y before x", () => {
  expect(boxOf(6, [1, 0.5], [0.25, 0.5])).toEqual([0.75, 2.25, 1.75, 2.75]);
});

test("a negative size is a point, a box beyond the map ends at its border", () => {
  expect(boxOf(6, [-3, -1], [0.5, 0.5])).toEqual([1.5, 2.5, 1.5, 2.5]);
  expect(boxOf(6, [100, 100], [0, 0])).toEqual([0, 0, HEIGHT, WIDTH]);
  expect(boxOf(0, [1, 1], [-7, 9])).toEqual([0, WIDTH, 0, WIDTH]);
});

test("fractions are of the map's own sides", () => {
  const fractions = boxesAsFractions(Float32Array.of(0, 1, HEIGHT, WIDTH), { height: HEIGHT, width: WIDTH });
  expect([...fractions]).toEqual([0, 0.25, 1, 1]);
});

test("any box lies within the map and holds its own middle where that does", () => {
  const finite = fc.float({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(fc.nat(HEIGHT * WIDTH - 1), finite, finite, finite, finite, (cell, h, w, dy, dx) => {
      const [ymin, xmin, ymax, xmax] = boxOf(cell, [h, w], [dy, dx]);
      expect(0 <= ymin && ymin <= ymax && ymax <= HEIGHT).toBe(true);
      expect(0 <= xmin && xmin <= xmax && xmax <= WIDTH).toBe(true);
      const y = Math.fround(Math.floor(cell / WIDTH) + dy);
      if (y >= 0 && y <= HEIGHT) expect(ymin <= y && y <= ymax).toBe(true);
    }),
  );
});
