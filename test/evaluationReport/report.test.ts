import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { analyze } from "../../src/evaluation/analysis/analyze.ts";
import { imageMarks } from "../../src/evaluation/analysis/imageMarks.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../src/evaluation/reading/results.ts";
import { evaluationChart } from "../../src/evaluationReport/chartFile.ts";
import { exampleImage } from "../../src/evaluationReport/exampleImage.ts";
import { evaluationReport } from "../../src/evaluationReport/reportHtml.ts";
import { STYLE } from "../../src/evaluationReport/style.ts";
import { evaluatedCase } from "../evaluation/support/evaluatedCase.ts";
import { evaluatedBoxes } from "../evaluation/support/madeBoxes.ts";

/** What would make the file need more than itself. */
const FOREIGN = /<script|<link|<iframe|@import|url\(|(src|href)="(?!data:)/i;

/** Every element that is opened is closed, in order. */
function isWellFormed(markup: string): boolean {
  const open: string[] = [];
  for (const [, close, name, end] of markup
    .replace(/<!doctype html>/i, "")
    .matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/gi)) {
    if (end || /^(meta|img)$/.test(name)) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

test("a report has every number that was printed, and needs nothing but itself", async () => {
  const evaluation = await evaluatedCase("realistic-80");
  const analysis = analyze(evaluation);
  const inputs = [{ role: "results", name: "a/results.json", bytes: 1234, sha256: "ab".repeat(32) }] as const;
  const page = evaluationReport({ evaluation, analysis, inputs });
  expect(page).not.toMatch(FOREIGN);
  expect(isWellFormed(page)).toBe(true);
  for (const { value } of evaluation.rows) expect(page).toContain(value.toFixed(3));
  for (const { name } of evaluation.categories) expect(page).toContain(`<th scope="row">${name}</th>`);
  for (const { gain } of analysis.errors.errors) expect(page).toContain(gain.toFixed(3));
  expect(page).toContain("ab".repeat(32));
  expect(page).toContain("color-scheme: light dark");
  expect(page).toContain("@media print");
  expect(page.length).toBeLessThan(600_000);
  const chart = evaluationChart(evaluation, analysis);
  expect(chart).not.toMatch(FOREIGN);
  expect(isWellFormed(chart)).toBe(true);
  expect(chart).toMatch(
    /<desc>Precision over recall: .*Best F1 0\.\d+ at score 0\.\d+.*Classes of the lowest AP: /,
  );
});

test("names of files cannot write markup", () => {
  const evil = '<img src=x onerror="alert(1)">';
  const annotations = annotationsOf(
    {
      images: [{ id: 1, file_name: evil }],
      categories: [{ id: 1, name: evil }],
      annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 9, 9], area: 81, iscrowd: 0 }],
    },
    { name: `${evil}.json` },
  );
  const evaluation = evaluate(annotations, resultsOf([], annotations, { name: evil }));
  const analysis = analyze(evaluation);
  const image = { width: 20, height: 10, data: new Uint8Array(600) };
  const about = analysis.worst.missed[0];
  const example = {
    reason: "missed",
    rank: 1,
    name: evil,
    about,
    bytes: Uint8Array.of(1),
    mediaType: "image/png",
  } as const;
  const page = evaluationReport({ evaluation, analysis, examples: [{ ...example, ...image }] });
  expect(page).not.toContain("<img src=x");
  expect(page).toContain("1. &lt;img src=x");
  expect(page).toContain("data:image/png;base64,AQ==");
  expect(isWellFormed(page)).toBe(true);
  expect(evaluationChart(evaluation, analysis)).not.toContain("<img");
});

test("a report of a thousand classes stays small and says what it leaves out", () => {
  const categories = Array.from({ length: 1000 }, (_, i) => ({
    id: i + 1,
    name: `a long class name ${i + 1}`,
  }));
  const box = (id: number) => ({ image_id: 1, category_id: id, bbox: [id, 0, 9, 9] });
  const annotations = annotationsOf({
    images: [{ id: 1, file_name: "1.jpg" }],
    categories,
    annotations: categories.map(({ id }) => ({ id, ...box(id), area: 81, iscrowd: 0 })),
  });
  const results = resultsOf(
    categories.map(({ id }) => ({ ...box(id), score: (id % 89) / 89 })),
    annotations,
  );
  const evaluation = evaluate(annotations, results, {
    iouThresholds: [0.5, 0.75],
    recallThresholds: [0, 0.5, 1],
  });
  const page = evaluationReport({ evaluation, analysis: analyze(evaluation) });
  expect(page.length).toBeLessThan(2e6);
  expect(page).toContain("600 further classes are left out.");
  expect(page).toContain("880 further classes are left out.");
  expect(page).toContain("With 1,000 classes, only the most frequent confusions are listed.");
});

test("truth is drawn beside what was found: what is missed or wrong in another color", () => {
  const evaluation = evaluatedBoxes(
    [
      { image: 1, category: 1, box: [10, 30, 60, 60] },
      { image: 1, category: 2, box: [100, 30, 60, 60] },
    ],
    [{ image: 1, category: 1, box: [10, 30, 60, 60], score: 0.9 }],
  );
  const { outcomes, score } = analyze(evaluation);
  const marks = imageMarks(outcomes, [0], score).get(0);
  if (!marks) throw new Error("no marks");
  const image = { width: 200, height: 120, data: new Uint8Array(200 * 120 * 3).fill(128) };
  const drawn = exampleImage(image, marks);
  expect(drawn.width).toBeGreaterThan(400);
  const strip = drawn.height - image.height;
  const half = drawn.width - image.width;
  const at = (x: number, y: number) => [...drawn.data.slice(((y + strip) * drawn.width + x) * 3).slice(0, 3)];
  expect(at(40, 90)).toEqual(at(half + 40, 90));
  const isOrange = ([red, , blue]: number[]) => red > 200 && blue < 90;
  expect(isOrange(at(130, 90))).toBe(true);
  expect(isOrange(at(half + 130, 90))).toBe(false);
  // Nothing is drawn inside of a box.
  expect(at(130, 70)).toEqual([128, 128, 128]);
  expect(exampleImage(image, marks, { maxSide: 50 }).width).toBeLessThan(110);
});

test("a report's colors and type are those of the page where they have its names", async () => {
  const tokens = (css: string) =>
    new Map([...css.matchAll(/^ {2}(--[\w-]+): (.*?);$/gm)].map(([, name, value]) => [name, value] as const));
  const page = tokens(await readFile(new URL("../../site/styles/tokens.css", import.meta.url), "utf8"));
  const shared = [...tokens(STYLE)].filter(([name]) => page.has(name));
  expect(shared.length).toBeGreaterThan(7);
  expect(shared).toEqual(shared.map(([name]) => [name, page.get(name)]));
});
