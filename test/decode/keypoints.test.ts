import fc from "fast-check";
import { expect, test } from "vitest";
import {
  distanceRescored,
  type GaussianCandidates,
  gaussianCells,
  gaussianDenominator,
  gaussianKeypointScores,
  gaussianScore,
  instanceScores,
  weightedCenters,
} from "../../src/decode/keypointScores.ts";
import { keypointShifts, regressedKeypoints, shiftedCells } from "../../src/decode/keypoints.ts";
import { gatherChannels } from "../../src/decode/maps.ts";
import { argMax } from "../../src/decode/peaks.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";

test("a keypoint's shift is read at its own cell and channel pair", () => {
  const shift = tensor(shapeOf(2, 3, 4)); // two keypoints
  shift.data.set([0.25, -0.5], 4 * 4 + 0); // keypoint 0 at cell 4
  shift.data.set([-1, 2], 5 * 4 + 2); // keypoint 1 at cell 5
  const cells = Int32Array.of(4, 5, 0, 4);
  const { y, x } = shiftedCells(cells, keypointShifts(cells, shift), 3);
  expect([...y]).toEqual([1.25, 0, 0, 1]);
  expect([...x]).toEqual([0.5, 4, 0, 1]);
});

test("regressed keypoints all start from their instance's center", () => {
  const regression = tensor(shapeOf(2, 3, 4));
  regression.data.set([-3, 0.5, 8, -2], 5 * 4);
  const cells = Int32Array.of(5, 1);
  const { y, x } = regressedKeypoints(cells, gatherChannels(regression, cells), 3);
  expect([...y]).toEqual([-2, 9, 0, 0]);
  expect([...x]).toEqual([2.5, 0, 1, 1]);
});

test("center weights multiply cell by cell", () => {
  const heatmap = tensor(shapeOf(1, 3, 1), Float32Array.of(0.5, 1, 0.25));
  expect([...weightedCenters(heatmap, Float32Array.of(1, 0.25, 4))]).toEqual([0.5, 0.25, 1]);
});

test("single person: of equally distant equals the first cell wins", () => {
  const heatmap = tensor(shapeOf(3, 3, 1), new Float32Array(9).fill(0.5));
  const expected = { y: Float32Array.of(1), x: Float32Array.of(0.5) };
  const rescored = distanceRescored(heatmap, expected, 1.5);
  expect(argMax(rescored.data)).toBe(3); // (1, 0) before (1, 1)
  expect(rescored.data[3]).toBe(0.25); // 0.5 / (0.5 + 1.5)
});

test("a keypoint counts only above the threshold", () => {
  const scores = instanceScores(
    Float32Array.of(0.5, 0.5, 1),
    Float32Array.of(0.25, 0.75, 0.25, 0.1, 1, 0.5),
    0.25,
  );
  expect([...scores]).toEqual([0.375, 0, 0.75]);
});

const HEIGHT = 6;
const WIDTH = 8;
const KEYPOINTS = 2;

function candidatesOf(change: Partial<GaussianCandidates>): GaussianCandidates {
  return {
    heatmap: tensor(
      shapeOf(HEIGHT, WIDTH, KEYPOINTS),
      new Float32Array(HEIGHT * WIDTH * KEYPOINTS).fill(0.5),
    ),
    boxes: Float32Array.of(0, 0, HEIGHT, WIDTH),
    regressed: { y: Float32Array.of(2, 2), x: Float32Array.of(3, 3) },
    denominator: gaussianDenominator(HEIGHT, WIDTH, 0.5),
    ...change,
  };
}

test("the Gaussian's denominator is a share of the shorter side", () => {
  expect(gaussianDenominator(6, 8, 0.5)).toBe(3);
  expect(gaussianDenominator(8, 6, 0.5)).toBe(3);
});

test("a box holds the cell at its minimum and not the one at its maximum", () => {
  const candidates = candidatesOf({ boxes: Float32Array.of(1, 2, 4, 5) });
  const isInside = (y: number, x: number) => gaussianScore(candidates, y * WIDTH + x, 0, 0) > 0;
  expect(isInside(1, 2)).toBe(true);
  expect(isInside(3, 4)).toBe(true);
  expect([isInside(0, 2), isInside(1, 1), isInside(4, 4), isInside(3, 5)]).toEqual(Array(4).fill(false));
});

test("a box without a cell leaves its keypoints at cell 0 with score 0", () => {
  const candidates = candidatesOf({ boxes: Float32Array.of(1.25, 2, 1.75, 5) });
  const cells = gaussianCells(candidates);
  expect([...cells]).toEqual([0, 0]);
  expect([...gaussianKeypointScores(candidates, cells)]).toEqual([0, 0]);
});

test("of equals the first cell in the box wins", () => {
  const regressed = { y: Float32Array.of(2, 2), x: Float32Array.of(3.5, 3.5) };
  expect([...gaussianCells(candidatesOf({ regressed }))]).toEqual([2 * WIDTH + 3, 2 * WIDTH + 3]);
});

test("a keypoint scores what the instance nearest to its cell gives it", () => {
  const candidates = candidatesOf({
    boxes: Float32Array.of(0, 0, 3, 4, 0, 0, HEIGHT, WIDTH),
    regressed: { y: Float32Array.of(5, 2, 2, 2), x: Float32Array.of(7, 3, 3, 3) },
  });
  const cells = gaussianCells(candidates);
  expect(cells[0]).toBe(2 * WIDTH + 3); // the corner of instance 0's box, 5 cells from where it points
  expect(gaussianScore(candidates, cells[0], 0, 0)).toBeLessThan(0.01);
  expect(gaussianKeypointScores(candidates, cells)[0]).toBe(0.5); // instance 1 points right there
});

test("any cells and scores are those of the whole table of candidates", () => {
  const instances = fc.integer({ min: 1, max: 3 });
  const sides = fc.tuple(fc.integer({ min: 1, max: HEIGHT }), fc.integer({ min: 1, max: WIDTH }));
  const coordinate = fc.integer({ min: -4, max: 40 }).map((quarter) => quarter / 4);
  const listOf = <T>(element: fc.Arbitrary<T>, length: number) =>
    fc.array(element, { minLength: length, maxLength: length });
  const scene = fc.tuple(instances, sides).chain(([count, [height, width]]) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      heatmap: listOf(fc.integer({ min: 0, max: 4 }), height * width * KEYPOINTS),
      boxes: listOf(coordinate, count * 4),
      y: listOf(coordinate, count * KEYPOINTS),
      x: listOf(coordinate, count * KEYPOINTS),
    }),
  );
  fc.assert(
    fc.property(scene, ({ height, width, heatmap, boxes, y, x }) => {
      // As boxesInCells leaves them: clipped, the minimum not above the maximum.
      const clipped = Float32Array.from(boxes, (value, i) =>
        Math.min(Math.max(value, 0), i % 2 === 0 ? height : width),
      );
      const candidates: GaussianCandidates = {
        heatmap: tensor(
          shapeOf(height, width, KEYPOINTS),
          Float32Array.from(heatmap, (level) => level / 4),
        ),
        boxes: clipped,
        regressed: { y: Float32Array.from(y), x: Float32Array.from(x) },
        denominator: gaussianDenominator(height, width, 0.5),
      };
      const count = boxes.length / 4;
      const table = (instance: number, keypoint: number) =>
        Array.from({ length: height * width }, (_, cell) => {
          const [row, column] = [Math.floor(cell / width), cell % width];
          const [ymin, xmin, ymax, xmax] = clipped.slice(instance * 4, instance * 4 + 4);
          const i = instance * KEYPOINTS + keypoint;
          const squared = (row - y[i]) ** 2 + (column - x[i]) ** 2; // quarters: exact in float32
          const inside = ymin <= row && row < ymax && xmin <= column && column < xmax;
          const gaussian = Math.fround(Math.exp(Math.fround(-squared / candidates.denominator)));
          return inside ? Math.fround(candidates.heatmap.data[cell * KEYPOINTS + keypoint] * gaussian) : 0;
        });
      const cells = gaussianCells(candidates);
      const scores = gaussianKeypointScores(candidates, cells);
      cells.forEach((cell, i) => {
        const [instance, keypoint] = [Math.floor(i / KEYPOINTS), i % KEYPOINTS];
        const own = table(instance, keypoint);
        expect(cell).toBe(own.indexOf(Math.max(...own)));
        const all = Array.from({ length: count }, (_, other) => table(other, keypoint)[cell]);
        expect(scores[i]).toBe(Math.max(...all));
      });
    }),
  );
});
