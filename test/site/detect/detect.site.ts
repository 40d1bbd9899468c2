/** The Detect view. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../../support/required.ts";
import { chromiumPath, Site } from "../page.ts";

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Detect view", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test("finds the three people of the sample, and its slider hides and shows rows without another run", async () => {
    const { page, faults } = await site.visit("detect");
    await page
      .getByRole("row", { name: /person/ })
      .nth(2)
      .waitFor();
    expect(await page.getByRole("row", { name: /person/ }).count()).toBe(3);
    const slider = page.getByRole("slider", { name: /Score/ });
    await slider.fill("0.4");
    expect(await page.getByRole("row", { name: /person/ }).count()).toBe(2);
    expect(page.url()).toContain("score=0.4");
    expect(faults).toEqual([]);
  });

  test("takes another sample while the model still loads", async () => {
    const { page, faults } = await site.visit("detect?image=cat.jpg");
    // In the same turn as the page's first request: the model cannot have been loaded yet.
    await page.evaluate(() => {
      location.hash = "detect?image=grace-hopper.jpg";
    });
    await page
      .getByRole("row", { name: /person/ })
      .first()
      .waitFor();
    expect(await page.getByRole("combobox", { name: "Sample" }).inputValue()).toBe("grace-hopper.jpg");
    expect(faults).toEqual([]);
  });
});
