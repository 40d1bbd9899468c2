import { expect, test } from "vitest";
import { compareSets, type SetTolerance } from "../../src/verify/rows/compareSets.ts";

// x, y, score, class
const columns = { same: [3], scores: [2] };
const tolerance: SetTolerance = { box: 0.05, score: 1e-4 };
const rows = [
  [10, 20, 0.9, 1],
  [30, 40, 0.8, 1],
  [10, 20, 0.7, 2],
];
const compared = (got: number[][], changed: Partial<SetTolerance> = {}) => {
  return compareSets(rows, got, columns, { ...tolerance, ...changed });
};

test("the order does not matter; differences are told of matched rows", () => {
  const outcome = compared([[10, 20, 0.7, 2], [30, 40.02, 0.80005, 1], rows[0]]);
  if (!outcome.compared) throw new Error(outcome.problem);
  const { largest, ratio, pass, worst } = outcome.compared;
  expect(largest).toBeCloseTo(0.02);
  expect(ratio).toBeCloseTo(0.5);
  expect(pass).toBe(true);
  expect(worst).toEqual({ index: 6, expected: 0.8, got: 0.80005 });
});

test.each([
  ["another place", [10, 20.06, 0.9, 1]],
  ["another score", [10, 20, 0.9002, 1]],
  ["another class", [10, 20, 0.9, 3]],
])("%s is another row", (_, row) => {
  expect(compared([row, rows[1], rows[2]])).toMatchObject({
    missing: [rows[0]],
    surplus: [row],
    problem: "1 of 3 rows are missing, 1 too many; no row like 10 20 0.9 1",
  });
});

test("a row has one partner, and too many are told as well", () => {
  expect(compared([...rows, rows[0]])).toMatchObject({
    problem: "0 of 3 rows are missing, 1 too many; an unexpected row 10 20 0.9 1",
  });
  expect(compared(rows.slice(1))).toHaveProperty("problem");
});

test("a row may be lonely for a reason of its own, or as one of few", () => {
  const few = rows.slice(0, 2);
  expect(compared(few, { excused: (row) => row[2] < 0.75 })).toMatchObject({ compared: { pass: true } });
  expect(compared(few, { excused: (row) => row[2] > 0.75 })).toHaveProperty("problem");
  expect(compared(few, { mayMiss: 1 })).toMatchObject({ compared: { pass: true } });
});

test("nothing and nothing are the same", () => {
  expect(compareSets([], [], columns, tolerance)).toMatchObject({ compared: { ratio: 0, largest: 0 } });
});
