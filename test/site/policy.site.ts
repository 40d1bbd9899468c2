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
