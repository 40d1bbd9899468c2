/** What axe-core finds in every view: light and dark, wide and narrow, with the dialog open. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { axeSource, axeViolations } from "./axe.ts";
import { chromiumPath, READY, Site, VIEWS } from "./page.ts";

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };

describe.skipIf(!chromiumPath && mayBeLeftOut)("axe-core", () => {
  let site: Site;
  let axe: string;
  beforeAll(async () => {
    site = await Site.open();
    axe = await axeSource();
  });
  afterAll(() => site?.close());

  /** Violations of a serious or critical kind, in both color schemes. */
  async function violations(page: Page): Promise<string[]> {
    const told: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      told.push(...(await axeViolations(page)).map((line) => `${colorScheme} ${line}`));
    }
    return told;
  }

  test.each(VIEWS)("finds nothing serious in %s", async (view) => {
    const { page } = await site.visit(view, WIDE);
    await page.locator(READY[view]).first().waitFor();
    await page.evaluate(axe);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    if (view === "network") await page.locator(".block-list").waitFor();
    expect(await violations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "pixels that a narrow page is too wide").toBeLessThanOrEqual(0);
    // Enlarged four times, a page of 1280 pixels has these.
    await page.setViewportSize({ width: 320, height: 640 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
      .toBeLessThanOrEqual(0);
    await page.setViewportSize(NARROW);
    // The page's own edge is kept, too.
    const cut = await page
      .locator("main table")
      .evaluateAll((tables) => tables.map((table) => table.getBoundingClientRect().right - innerWidth));
    for (const beyond of cut) expect(beyond, "pixels from a table to the screen's edge").toBeLessThan(-10);
  });

  test("finds nothing serious in the sheet of a layer", async () => {
    const { page } = await site.visit("network?layer=backbone.block4.add&channel=2&cell=3,5", NARROW);
    const sheet = page.getByRole("dialog", { name: "Layer" });
    await sheet.locator(".cell-sum h3").waitFor();
    await sheet.locator(".sum-tables table").nth(1).waitFor();
    const [places, products] = await sheet
      .locator(".sum-tables > section")
      .evaluateAll((sections) => sections.map((section) => section.getBoundingClientRect().toJSON()));
    expect([products.left, products.right]).toEqual([places.left, places.right]);
    await sheet.locator(".source summary").last().click();
    await page.evaluate(axe);
    expect(await violations(page)).toEqual([]);
  });
});
