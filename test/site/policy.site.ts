/** The page under the content security policy that `centernet serve` sends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { headersFor } from "../../src/cli/serve/pageHeaders.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

describe.skipIf(!chromiumPath && mayBeLeftOut)("the page's policy", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(headersFor("index.html"));
  });
  afterAll(() => site?.close());

  test.each([
    ["detect", "td"],
    ["network", ".block image"],
    ["decode", ".map-button canvas"],
    ["triplets", ".pool-panels canvas"],
    ["load", "table.models"],
    ["compare", "text=/All \\d+ layers/"],
  ])("is violated by nothing in %s", async (view, done) => {
    const { page, faults } = await site.visit(view);
    await page
      .getByRole("status")
      .filter({ hasText: /detection/ })
      .waitFor();
    await page.locator(done).first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(faults).toEqual([]);
  });
});

const POLICY = "Content-Security-Policy";

describe.skipIf(!chromiumPath && mayBeLeftOut).each<[string, Readonly<Record<string, string>>, RegExp]>([
  ["that is not isolated", {}, /wasm runs on one thread: the page is not cross-origin isolated/],
  [
    "whose policy forbids workers from Blobs",
    { ...headersFor("index.html"), [POLICY]: headersFor("index.html")[POLICY].replace(" blob:;", ";") },
    /wasm runs on one thread: no others can be started here/,
  ],
])("a page %s", (_, headers, note) => {
  test("finds the same on one thread, and says why", async () => {
    const site = await Site.open(headers);
    try {
      const { page } = await site.visit("detect");
      await page
        .getByRole("row", { name: /person/ })
        .nth(2)
        .waitFor();
      expect(await page.locator("main").innerText()).toMatch(note);
    } finally {
      await site.close();
    }
  });
});
