import fc from "fast-check";
import { expect, test } from "vitest";
import { matchRows } from "../../src/verify/rows/matchRows.ts";

function rows(list: readonly (readonly [index: number, score: number])[]) {
  return {
    indices: Int32Array.from(list, ([index]) => index),
    scores: Float32Array.from(list, ([, score]) => score),
  };
}

const EXPECTED = rows([
  [7, 0.75],
  [3, 0.5],
  [9, 0.25],
]);

test("rows that change places are matched by their candidate", () => {
  const got = rows([
    [3, 0.6],
    [7, 0.6],
    [9, 0.25],
  ]);
  expect(matchRows(EXPECTED, got, 0)).toEqual({ expected: [0, 1, 2], got: [1, 0, 2] });
});

test("the last row may be another where the scores are that close", () => {
  const got = rows([
    [7, 0.75],
    [3, 0.5],
    [4, 0.26],
  ]);
  expect(matchRows(EXPECTED, got, 0.02)).toEqual({ expected: [0, 1], got: [0, 1] });
  expect(matchRows(EXPECTED, got, 0.001).problem).toBe(
    `an unexpected row of candidate 4 (rank 3, score ${Math.fround(0.26)})`,
  );
});

test("a row above the last one must be there", () => {
  const got = rows([
    [7, 0.75],
    [9, 0.25],
    [4, 0.25],
  ]);
  expect(matchRows(EXPECTED, got, 0.1).problem).toBe("no row of candidate 3 (rank 2, score 0.5)");
  expect(matchRows(EXPECTED, rows([]), 0.1).problem).toBe("no row of candidate 7 (rank 1, score 0.75)");
});

test("a list matches itself under noise less than half the tolerance", () => {
  const scores = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 6, maxLength: 30 });
  const noise = fc.array(fc.double({ min: -0.49, max: 0.49, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(scores, noise, (list, shifts) => {
      const ranked = (value: (i: number) => number) => {
        const all = list.map((_, index) => [index, value(index)] as const).sort((a, b) => b[1] - a[1]);
        return rows(all.slice(0, Math.ceil(list.length / 2)));
      };
      const expected = ranked((i) => list[i]);
      const got = ranked((i) => list[i] + shifts[i] * 4);
      expect(matchRows(expected, got, 4).problem).toBeUndefined();
    }),
  );
});
