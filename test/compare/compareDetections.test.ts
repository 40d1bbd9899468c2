import { expect, test } from "vitest";
import { compareDetections } from "../../src/compare/compareDetections.ts";
import type { Detection } from "../../src/detection.ts";

function person(xmin: number, score = 0.5, more: Partial<Detection> = {}): Detection {
  return { label: "person", classId: 1, score, box: { xmin, ymin: 0, xmax: xmin + 100, ymax: 200 }, ...more };
}
const outcomes = (a: Detection[], b: Detection[], score = 0) =>
  compareDetections(a, b, { score }).map(({ outcome }) => outcome);

test("what rounding changes is matched, more is moved, by pixels or by score", () => {
  const [same] = compareDetections([person(10)], [person(10.05, 0.5009)]);
  expect(same).toMatchObject({ outcome: "matched", a: person(10), b: person(10.05, 0.5009) });
  expect(same.pixels).toBeCloseTo(0.05, 9);
  expect(outcomes([person(10)], [person(10.2)])).toEqual(["moved"]);
  expect(outcomes([person(10)], [person(10, 0.51)])).toEqual(["moved"]);
});

test("seen keypoints count, guesses do not", () => {
  const keypoints = (x: number, score: number) => ({ keypoints: [{ name: "nose", x, y: 5, score }] });
  const apart = (score: number) => [
    person(10, 0.5, keypoints(20, score)),
    person(10, 0.5, keypoints(24, score)),
  ];
  const [seen] = compareDetections([apart(0.6)[0]], [apart(0.6)[1]]);
  expect(seen).toMatchObject({ outcome: "moved", pixels: 4 });
  expect(outcomes([apart(0.1)[0]], [apart(0.1)[1]])).toEqual(["matched"]);
});

test("what has no partner of its class at its place is lost, or added", () => {
  const dog = person(10, 0.5, { label: "dog", classId: 18 });
  expect(outcomes([person(10)], [dog])).toEqual(["lost", "added"]);
  expect(outcomes([person(10)], [person(80)])).toEqual(["lost", "added"]);
  expect(outcomes([person(10)], [])).toEqual(["lost"]);
  expect(outcomes([], [])).toEqual([]);
});

test("the nearest pairs come first, and each detection has one partner", () => {
  const found = compareDetections([person(0), person(20)], [person(18), person(2), person(21)]);
  expect(found.map(({ a, b }) => [a?.box.xmin, b?.box.xmin])).toEqual([
    [0, 2],
    [20, 21],
    [undefined, 18],
  ]);
});

test("a box without area finds its partner, too", () => {
  const turned = (xmax: number) => person(50, 0.5, { box: { xmin: 50, ymin: 0, xmax, ymax: -3 } });
  expect(outcomes([turned(20)], [turned(20.01)])).toEqual(["matched"]);
});

test("one that crosses the limit has moved; pairs below it are not reported", () => {
  expect(outcomes([person(10, 0.201)], [person(10, 0.199)], 0.2)).toEqual(["moved"]);
  expect(outcomes([person(10, 0.19)], [person(10, 0.19)], 0.2)).toEqual([]);
});
