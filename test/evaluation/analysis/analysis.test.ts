import { expect, test } from "vitest";
import { analyze } from "../../../src/evaluation/analysis/analyze.ts";
import { confusionMatrix, worstConfusions } from "../../../src/evaluation/analysis/confusion.ts";
import { imageMarks } from "../../../src/evaluation/analysis/imageMarks.ts";
import { outcomesAt } from "../../../src/evaluation/analysis/outcomes.ts";
import { precisionCurves } from "../../../src/evaluation/analysis/precisionCurves.ts";
import { scoreCurves } from "../../../src/evaluation/analysis/scoreCurves.ts";
import { worstImages } from "../../../src/evaluation/analysis/worstImages.ts";
import { evaluatedCase } from "../support/evaluatedCase.ts";
import { evaluatedBoxes } from "../support/madeBoxes.ts";

const TRUTH = [
  { image: 1, category: 1, box: [0, 0, 100, 100] },
  { image: 1, category: 2, box: [200, 0, 100, 100] },
  { image: 2, category: 1, box: [0, 300, 50, 50] },
  { image: 2, category: 2, box: [300, 300, 50, 50], crowd: true },
] as const;
const FOUND = [
  { image: 1, category: 1, box: [0, 0, 100, 100], score: 0.9 },
  { image: 1, category: 1, box: [200, 0, 100, 98], score: 0.7 },
  { image: 1, category: 2, box: [500, 500, 20, 20], score: 0.8 },
  { image: 2, category: 1, box: [0, 300, 50, 50], score: 0.1 },
  { image: 2, category: 2, box: [310, 310, 20, 20], score: 0.95 },
] as const;

test("a confusion matrix by hand: rows are true, background last, crowds left out", () => {
  const matrix = confusionMatrix(outcomesAt(evaluatedBoxes(TRUTH, FOUND)));
  expect(matrix.names).toEqual(["cat", "dog"]);
  expect([...matrix.counts]).toEqual([1, 0, 1, 1, 0, 0, 0, 1, 0]);
  expect(worstConfusions(matrix)).toEqual([{ truth: 1, found: 0, count: 1, share: 1 }]);
  // With every detection the cat of the second image is found.
  const all = confusionMatrix(outcomesAt(evaluatedBoxes(TRUTH, FOUND)), 0);
  expect([...all.counts]).toEqual([2, 0, 0, 1, 0, 0, 0, 1, 0]);
});

test.each(["realistic-80", "crowd-ignore", "people"])(
  "%s: every truth and detection has one cell",
  async (name) => {
    const outcomes = outcomesAt(await evaluatedCase(name));
    const { counts, names } = confusionMatrix(outcomes, 0);
    const n = names.length + 1;
    const sum = (values: Int32Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(counts.subarray(0, (n - 1) * n))).toBe(outcomes.truth.filter((outcome) => outcome < 2).length);
    const columns = sum(counts.filter((_, i) => i % n < n - 1));
    const found = outcomes.found.filter((outcome) => outcome < 3).length;
    const ignored = outcomes.found.filter((outcome) => outcome === 2).length;
    expect(columns).toBeGreaterThanOrEqual(found - ignored);
    expect(columns).toBeLessThanOrEqual(found);
  },
);

test.each(["realistic-80", "score-ties", "people"])(
  "%s: curves agree with counting anew at every score, and the best F1 is the best of all",
  async (name) => {
    const evaluation = await evaluatedCase(name);
    const outcomes = outcomesAt(evaluation);
    const { all, scores } = scoreCurves(outcomes);
    const found = evaluation.arranged.results.found;
    const truths = outcomes.truth.filter((outcome) => outcome < 2).length;
    const at = (score: number) => {
      const kept = [...outcomes.found].filter((_, row) => found.scores[row] >= score);
      const right = kept.filter((outcome) => outcome === 1).length;
      const wrong = kept.filter((outcome) => outcome === 0).length;
      const [precision, recall] = [right === 0 ? 0 : right / (right + wrong), right / truths];
      return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
    };
    for (const i of [0, 13, 50, 87, 100]) {
      const wanted = at(scores[i]);
      expect(all.precision[i]).toBe(wanted.precision);
      expect(all.recall[i]).toBe(wanted.recall);
      expect(all.f1[i]).toBeCloseTo(wanted.f1, 12);
    }
    const distinct = [...new Set(found.scores.subarray(0, found.count))];
    const step = Math.ceil(distinct.length / 150);
    const best = Math.max(...distinct.filter((_, i) => i % step === 0).map((score) => at(score).f1));
    expect(all.best?.f1).toBeGreaterThanOrEqual(best - 1e-12);
    expect(at(all.best?.score ?? 0).f1).toBeCloseTo(all.best?.f1 ?? 0, 12);
  },
);

test("the mean of a curve is pycocotools' row at its threshold", async () => {
  const evaluation = await evaluatedCase("realistic-80");
  const { mean, recall, iouThresholds } = precisionCurves(evaluation);
  const t = iouThresholds.indexOf(0.75);
  const curve = mean.subarray(t * recall.length, (t + 1) * recall.length);
  const average = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  expect(average).toBeCloseTo(evaluation.rows[2].value, 12);
});

test("the worst images, and what is drawn of them", () => {
  const outcomes = outcomesAt(evaluatedBoxes(TRUTH, FOUND));
  const { missed, wrong } = worstImages(outcomes, 0.2);
  const first = { image: 0, truths: 2, missed: 1, found: 3, wrong: 2, wrongScore: 0.8 };
  // Both miss one; of the second it is the larger share.
  expect(missed.map(({ image }) => image)).toEqual([1, 0]);
  expect(missed[1]).toEqual(first);
  expect(wrong).toEqual([first]);
  expect(worstImages(outcomes, 0.2, 1).missed).toHaveLength(1);
  const marks = imageMarks(outcomes, [1], 0.2).get(1);
  expect(marks?.truth.map(({ label, state }) => `${label} ${state}`)).toEqual(["cat missed", "dog ignored"]);
  expect(marks?.found).toEqual([{ label: "dog", state: "ignored", box: [310, 310, 20, 20], score: 0.95 }]);
});

test("options that cannot be are refused", () => {
  const evaluation = evaluatedBoxes(TRUTH, FOUND);
  expect(() => analyze(evaluation, { iouThreshold: 0 })).toThrow(
    /^option iouThreshold: expected a number above 0/,
  );
  expect(() => analyze(evaluation, { worst: -1 })).toThrow(/^option worst: expected a whole number/);
  expect(() => analyze(evaluation, { score: Number.NaN })).toThrow(
    /^option score: expected a number, got NaN/,
  );
});
