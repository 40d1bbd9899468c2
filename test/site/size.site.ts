/** What the page loads before its first detection. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

const ASSETS = join(ROOT, "dist/site/assets");
const BUDGET = 220_000;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the page's code", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test("takes at most 220 kB compressed until the first detection, and only from the page's own server", async () => {
    const { page } = await site.visit("about:blank");
    const requests: string[] = [];
    page.on("request", (request) => requests.push(`${request.method()} ${request.url()}`));
    await page.reload();
    await page
      .getByRole("row", { name: /person/ })
      .nth(2)
      .waitFor();
    const { origin } = new URL(page.url());
    expect(
      requests.filter((request) => !request.startsWith(`GET ${origin}/`) && !request.includes(" blob:")),
    ).toEqual([]);
    const loaded = readdirSync(ASSETS).filter((name) =>
      requests.some((request) => request.endsWith(`/${name}`)),
    );
    expect(loaded.filter((name) => name.startsWith("worker-"))).toHaveLength(1);
    expect(loaded.filter((name) => name.startsWith("gpu"))).toEqual([]);
    const bytes = loaded.map((name) => gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(BUDGET);
  });
});
