/** What the page's view of triplets shows without weights. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  cellsSeen,
  explainedTriplets,
  explainKites,
  illustratedPools,
  KITE_CLASS,
  KITES,
  MODELS,
  POOL_CELLS,
  type PoolCell,
  type PoolMaps,
  type SeenCells,
  type Tensor,
  TRIPLET_SETTINGS,
} from "../../src/index.ts";

const LABELS = MODELS.find(({ name }) => name === "centernet-52")?.classes.map(({ label }) => label) ?? [];

describe("the pools", () => {
  let maps: PoolMaps;
  beforeAll(async () => {
    maps = await illustratedPools();
  });
  const at = (map: Tensor, [row, column]: PoolCell) => map.data[row * POOL_CELLS.columns + column];

  test("find three corners alone, and the kite's with the cascade", () => {
    const { kite, sun, spurious } = POOL_CELLS.corners;
    for (const corner of [kite, sun, spurious]) expect(at(maps.sum, corner)).toBe(2);
    expect(at(maps.cascade, kite)).toBeCloseTo(2, 1);
    expect(at(maps.cascade, sun)).toBeCloseTo(0, 1);
    expect(at(maps.cascade, spurious)).toBeCloseTo(1, 1);
  });

  test("are the largest value from a cell to the end of its column, row, or of both", () => {
    const { rows, columns } = POOL_CELLS;
    const line = (map: Tensor, cells: PoolCell[]) => Math.max(...cells.map((cell) => at(map, cell)));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const below = Array.from({ length: rows - row }, (_, k): PoolCell => [row + k, column]);
        const right = Array.from({ length: columns - column }, (_, k): PoolCell => [row, column + k]);
        const whole = Array.from({ length: columns }, (_, k): PoolCell => [row, k]);
        const [downwards] = cellsSeen("top", [row, column]);
        const [rightwards] = cellsSeen("left", [row, column]);
        expect(cellsSeen("sum", [row, column])).toEqual([downwards, rightwards]);
        const sum = largestIn(maps.leftSides, downwards) + largestIn(maps.topSides, rightwards);
        expect(at(maps.sum, [row, column])).toBe(sum);
        const [up, across] = cellsSeen("center", [row, column]);
        const crossing = largestIn(maps.verticalTips, up) + largestIn(maps.horizontalTips, across);
        expect(at(maps.center, [row, column])).toBeCloseTo(crossing, 3);
        expect(at(maps.top, [row, column])).toBe(line(maps.leftSides, below));
        expect(at(maps.left, [row, column])).toBe(line(maps.topSides, right));
        expect(at(maps.row, [row, column])).toBeCloseTo(line(maps.horizontalTips, whole), 4);
      }
    }
    expect(at(maps.center, POOL_CELLS.kite.middle)).toBe(Math.max(...maps.center.data));
  });
});

function largestIn(map: Tensor, { top, left, bottom, right }: SeenCells): number {
  const rows = Array.from({ length: bottom - top + 1 }, (_, k) => (top + k) * POOL_CELLS.columns);
  return Math.max(...rows.flatMap((row) => [...map.data.subarray(row + left, row + right + 1)]));
}

describe("the kites at other limits", () => {
  const { detections, explanation } = explainKites();
  const { views } = explanation;

  test("are those of the model at its own", () => {
    const { boxes, peaks, explanation: again } = explainedTriplets(views, TRIPLET_SETTINGS, LABELS);
    expect(boxes).toEqual(detections.map(({ classId: _, ...box }) => box));
    expect(again).toEqual(explanation);
    expect(peaks.topLeft.map(({ x, y, embedding }) => [Math.round(x), Math.round(y), embedding])).toEqual(
      [KITES[0], KITES[1], KITES[2]].map(({ box, embedding }) => [
        box.xmin,
        box.ymin,
        Math.fround(embedding),
      ]),
    );
    expect(LABELS[KITE_CLASS]).toBe("kite");
  });

  test("lose a pair to a smaller embedding limit, and gain one by a larger central region", () => {
    const strict = explainedTriplets(views, { ...TRIPLET_SETTINGS, embeddingDistance: 0.2 }, LABELS);
    expect(strict.explanation.pairs).toMatchObject({ accepted: 3, geometry: 0, noCenter: 0, embedding: 6 });
    const centralRegion = { smallArea: 22_500, smallParts: 1, largeParts: 1 };
    const wide = explainedTriplets(views, { ...TRIPLET_SETTINGS, centralRegion }, LABELS);
    expect(wide.explanation.pairs).toMatchObject({ accepted: 4, noCenter: 0 });
    expect(wide.boxes.length).toBe(4);
  });
});
