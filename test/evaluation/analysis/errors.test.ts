import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_KINDS, errorAnalysis } from "../../../src/evaluation/analysis/errors.ts";
import { outcomesAt } from "../../../src/evaluation/analysis/outcomes.ts";
import { evaluate } from "../../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../../src/evaluation/reading/results.ts";
import { OWN_GOLDENS } from "../../support/goldens.ts";
import { evaluatedCase } from "../support/evaluatedCase.ts";
import { evaluatedBoxes } from "../support/madeBoxes.ts";

const TIDE_NAMES = {
  class: "Cls",
  location: "Loc",
  both: "Both",
  duplicate: "Dupe",
  background: "Bkg",
  missed: "Miss",
} as const;

test("kinds of error and what each costs are those of TIDE's own program", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(OWN_GOLDENS, "coco-eval-tide", name), "utf8"));
  const annotations = annotationsOf(read("annotations.json"));
  const recallThresholds = Array.from({ length: 101 }, (_, i) => i / 100);
  const evaluation = evaluate(annotations, resultsOf(read("results.json"), annotations), {
    recallThresholds,
  });
  const { averagePrecision, errors } = errorAnalysis(outcomesAt(evaluation));
  const expected = read("expected.json");
  expect(averagePrecision * 100).toBeCloseTo(expected.ap, 10);
  for (const { kind, count, gain } of errors) {
    const { n, dAP } = expected[TIDE_NAMES[kind]];
    expect(count, kind).toBe(n);
    expect(gain * 100, kind).toBeCloseTo(dAP, 10);
  }
});

test.each([
  "realistic-80",
  "crowd-ignore",
  "score-ties",
  "sparse",
  "class-agnostic",
  "people",
  "no-detections",
])(
  "%s: the average precision to gain upon is the row of pycocotools, and every false detection has one kind",
  async (name) => {
    const evaluation = await evaluatedCase(name);
    const outcomes = outcomesAt(evaluation);
    const analysis = errorAnalysis(outcomes);
    const row = evaluation.rows.find(({ name: own }) => own === "AP50");
    expect(analysis.averagePrecision).toBe(row?.value);
    const isFalse = Array.from(outcomes.found, (outcome) => outcome === 0);
    expect(Array.from(analysis.kindOf, (kind) => kind >= 0)).toEqual(isFalse);
    const falseCount = outcomes.found.filter((outcome) => outcome === 0).length;
    const counted = analysis.errors.slice(0, 5).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(falseCount);
    // What removes false detections, or truths that nothing found, cannot lower it.
    for (const { kind, gain } of analysis.errors) {
      if (["both", "duplicate", "background"].includes(kind))
        expect(gain, kind).toBeGreaterThanOrEqual(-1e-12);
    }
  },
);

test("each kind by hand", () => {
  const truth = [
    { image: 1, category: 1, box: [0, 0, 100, 100] },
    { image: 1, category: 2, box: [200, 0, 100, 100] },
    { image: 1, category: 1, box: [0, 300, 50, 50] },
    { image: 1, category: 2, box: [300, 300, 50, 50], crowd: true },
  ] as const;
  const found = [
    { image: 1, category: 1, box: [0, 0, 100, 100], score: 0.9, kind: undefined },
    { image: 1, category: 1, box: [2, 0, 100, 100], score: 0.8, kind: "duplicate" },
    { image: 1, category: 1, box: [200, 0, 100, 98], score: 0.7, kind: "class" },
    { image: 1, category: 2, box: [240, 0, 100, 100], score: 0.6, kind: "location" },
    { image: 1, category: 1, box: [240, 0, 100, 100], score: 0.5, kind: "both" },
    { image: 1, category: 1, box: [500, 500, 20, 20], score: 0.4, kind: "background" },
    // In the crowd: ignored.
    { image: 1, category: 2, box: [310, 310, 20, 20], score: 0.3, kind: undefined },
    // No truth in the image at all.
    { image: 2, category: 2, box: [0, 0, 100, 100], score: 0.2, kind: "background" },
    // An IoU of 0.053 is nothing.
    { image: 1, category: 1, box: [0, 345, 50, 50], score: 0.1, kind: "background" },
  ] as const;
  const outcomes = outcomesAt(evaluatedBoxes(truth, found));
  const { kindOf, targetOf, missed, errors, perCategory } = errorAnalysis(outcomes);
  expect([...kindOf].map((kind) => ERROR_KINDS[kind])).toEqual(found.map(({ kind }) => kind));
  // Both point at the second truth; the third is missed.
  expect([...targetOf]).toEqual([-1, -1, 1, 1, -1, -1, -1, -1, -1]);
  expect([...missed]).toEqual([0, 0, 1, 0]);
  expect(errors.map(({ count }) => count)).toEqual([1, 1, 1, 1, 3, 1]);
  expect([...perCategory]).toEqual([1, 0, 1, 1, 2, 1, 0, 1, 0, 0, 1, 0]);
  expect(() => errorAnalysis(outcomes, 0.5)).toThrow(/^errors, background: expected a threshold/);
});

test("putting a kind right gives the average precision of the repaired results", () => {
  const truth = [
    { image: 1, category: 1, box: [0, 0, 100, 100] },
    { image: 1, category: 2, box: [200, 0, 100, 100] },
  ] as const;
  const found = [
    { image: 1, category: 1, box: [200, 0, 100, 98], score: 0.9 },
    { image: 1, category: 1, box: [0, 0, 100, 100], score: 0.8 },
  ] as const;
  const gains = errorAnalysis(outcomesAt(evaluatedBoxes(truth, found))).errors;
  // Class 1 has its precision back and class 2 is found.
  const right = evaluatedBoxes(truth, [{ ...found[0], category: 2 }, found[1]]);
  const before = evaluatedBoxes(truth, found);
  const at50 = ({ rows }: typeof right) => rows[1].value;
  expect(gains[0]).toEqual({ kind: "class", count: 1, gain: at50(right) - at50(before) });
});
