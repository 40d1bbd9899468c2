import fc from "fast-check";
import { expect, test } from "vitest";
import { nonMaximumSuppression } from "../../src/decode/objects/nonMaximumSuppression.ts";
import { BATCH_NON_MAX_SUPPRESSION } from "../../src/decode/objects/settings.ts";

interface Row {
  box: number[];
  score: number;
  classIndex: number;
}

function kept(rows: Row[], settings = {}): number[] {
  const boxes = Float32Array.from(rows.flatMap(({ box }) => box));
  const scores = Float32Array.from(rows, ({ score }) => score);
  const classes = Int32Array.from(rows, ({ classIndex }) => classIndex);
  return [...nonMaximumSuppression(boxes, scores, classes, { ...BATCH_NON_MAX_SUPPRESSION, ...settings })];
}

/** A quarter of each is shared with the next: an overlap of 1/7. */
const SHIFTED = [
  { box: [0, 0, 2, 2], score: 0.5, classIndex: 0 },
  { box: [1, 1, 3, 3], score: 0.75, classIndex: 0 },
  { box: [2, 2, 4, 4], score: 0.25, classIndex: 0 },
];

test("the best of boxes that overlap by more than the threshold stays", () => {
  expect(kept(SHIFTED)).toEqual([1, 0, 2]);
  expect(kept(SHIFTED, { iouThreshold: 0.1 })).toEqual([1]);
  expect(kept(SHIFTED, { iouThreshold: Math.fround(1 / 7) })).toEqual([1, 0, 2]);
});

test("what was suppressed suppresses nothing", () => {
  const rows = SHIFTED.map((row, i) => ({ ...row, score: [0.75, 0.5, 0.25][i] }));
  expect(kept(rows, { iouThreshold: 0.1 })).toEqual([0, 2]);
});

test("classes do not touch each other", () => {
  const rows = SHIFTED.map((row, classIndex) => ({ ...row, classIndex }));
  expect(kept(rows, { iouThreshold: 0 })).toEqual([1, 0, 2]);
});

test("boxes without area and scores at the threshold are dropped", () => {
  const rows = [...SHIFTED, { box: [0, 0, 0, 5], score: 0.9, classIndex: 1 }];
  expect(kept(rows, { scoreThreshold: 0.25 })).toEqual([1, 0]);
  // As in the original, they take a place among their class's.
  const ofClass = rows.map((row) => ({ ...row, classIndex: 0 }));
  expect(kept(ofClass, { maxDetectionsPerClass: 2 })).toEqual([1]);
});

test("limits for each class and for all", () => {
  expect(kept(SHIFTED, { maxDetectionsPerClass: 2 })).toEqual([1, 0]);
  expect(kept(SHIFTED, { maxTotalDetections: 1 })).toEqual([1]);
});

test("equal scores: the lower class, then the lower row", () => {
  const rows = [1, 0, 0].map((classIndex, i) => ({ box: [i, 0, i + 1, 1], score: 0.5, classIndex }));
  expect(kept(rows)).toEqual([1, 2, 0]);
});

test("no two of a class that stay overlap, and whoever goes overlaps one that stays", () => {
  const coordinate = fc.integer({ min: 0, max: 4 });
  const row = fc.record({
    box: fc
      .tuple(coordinate, coordinate, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
      .map(([y, x, height, width]) => [y, x, y + height, x + width]),
    score: fc.integer({ min: 1, max: 4 }).map((score) => score / 4),
    classIndex: fc.nat(1),
  });
  const overlap = (a: number[], b: number[]) => {
    const height = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
    const width = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    const area = (box: number[]) => (box[2] - box[0]) * (box[3] - box[1]);
    return (height * width) / (area(a) + area(b) - height * width);
  };
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      const stay = kept(rows, { iouThreshold: 0.4 });
      rows.forEach(({ box, classIndex, score }, i) => {
        const over = stay.filter((other) => {
          return other !== i && rows[other].classIndex === classIndex && overlap(rows[other].box, box) > 0.4;
        });
        if (stay.includes(i)) expect(over).toEqual([]);
        else expect(over.some((other) => rows[other].score >= score)).toBe(true);
      });
    }),
  );
});
