/** An evaluation's report in Chromium: on wide and narrow screens, light and dark, and printed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleReport } from "../../scripts/evaluationPicture/example.ts";
import { analyze } from "../../src/evaluation/analysis/analyze.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../src/evaluation/reading/results.ts";
import { evaluationReport } from "../../src/evaluationReport/reportHtml.ts";
import { chromiumPath, launchChromium } from "../browser/chromium.ts";
import { madeAnnotations, madeResults } from "../evaluation/support/made.ts";
import { axeSource, axeViolations } from "./axe.ts";

let browser: Browser;
let folder = "";

beforeAll(async () => {
  if (!chromiumPath) return;
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), "centernet-report-"));
  await writeFile(join(folder, "report.html"), exampleReport());
});

afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

test.skipIf(!chromiumPath).each([
  { name: "wide", width: 1600, height: 1000, colorScheme: "light", media: "screen" },
  { name: "wide and dark", width: 1600, height: 1000, colorScheme: "dark", media: "screen" },
  { name: "narrow", width: 390, height: 844, colorScheme: "light", media: "screen" },
  { name: "narrow and dark", width: 390, height: 844, colorScheme: "dark", media: "screen" },
  // A4 across without its margins, as the page of the classes is.
  { name: "printed", width: 1047, height: 1000, colorScheme: "dark", media: "print" },
] as const)(
  "$name: axe-core finds nothing serious, nothing is cut off, nothing is requested",
  async (how) => {
    const { width, height, colorScheme, media } = how;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.emulateMedia({ media, colorScheme });
    await page.goto(`file://${join(folder, "report.html")}`);
    await page.evaluate(await axeSource());
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(
      colorScheme === "dark" && media === "screen" ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)",
    );
    expect(requests.filter((url) => !url.startsWith("data:"))).toHaveLength(1);
    await context.close();
  },
);

test.skipIf(!chromiumPath)("a long name of a class leaves the numbers beside it in view", async () => {
  const name = "averylongname".repeat(30);
  const annotations = annotationsOf({
    ...madeAnnotations(),
    categories: [
      { id: 3, name },
      { id: 8, name: "truck" },
    ],
  });
  const evaluation = evaluate(annotations, resultsOf(madeResults(), annotations));
  const path = join(folder, "long.html");
  await writeFile(path, evaluationReport({ evaluation, analysis: analyze(evaluation) }));
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${path}`);
  const right = await page.evaluate(() => {
    const cells = [...document.querySelectorAll(".class-table tbody tr:first-child td")];
    // Truths, found and AP.
    return Math.max(...cells.slice(0, 3).map((cell) => cell.getBoundingClientRect().right));
  });
  expect(right).toBeGreaterThan(0);
  expect(right).toBeLessThan(1280);
  await page.close();
});
