/** What the page loads before its first detection, and what it holds after many. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { detectAgain, heldMegabytes, MEASURE_AT_ONCE } from "./held.ts";
import { chromiumPath, detected, READY, Site } from "./page.ts";

const ASSETS = join(ROOT, "dist/site/assets");
const BUDGET = 220_000;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the page", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(undefined, MEASURE_AT_ONCE);
  });
  afterAll(() => site?.close());

  test("loads at most 220 kB of compressed code until the first detection, and none of gpu.js", async () => {
    const { page, requests } = await site.visit("detect");
    await page.locator(READY.detect).waitFor();
    const loaded = readdirSync(ASSETS).filter((name) =>
      requests.some((request) => request.endsWith(`/${name}`)),
    );
    expect(loaded.filter((name) => name.startsWith("worker-"))).toHaveLength(1);
    expect(loaded.filter((name) => name.startsWith("gpu"))).toEqual([]);
    const bytes = loaded.map((name) => gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(BUDGET);
  });

  test("holds after more images and models what it held before", async () => {
    const { page, faults } = await site.visit("detect");
    await detected(page);
    await detectAgain(page, { images: 5, models: 2 });
    const [before, workers] = [await heldMegabytes(page), page.workers().length];
    await detectAgain(page, { images: 10, models: 4 });
    const after = await heldMegabytes(page);
    expect(after / before).toBeGreaterThan(0.9);
    expect(after / before).toBeLessThan(1.1);
    expect(page.workers().length).toBe(workers);
    expect(faults).toEqual([]);
  });
});
