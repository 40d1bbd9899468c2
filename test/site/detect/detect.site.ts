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

  test("finds the three people of the sample, and its slider hides exactly the rows below without another run (check 5)", async () => {
    const { page, faults } = await site.visit("detect");
    await page
      .getByRole("row", { name: /person/ })
      .nth(2)
      .waitFor();
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(3);
    const slider = page.getByRole("slider", { name: /Score/ });
    const scores = () => page.locator("tbody td:nth-child(2)").allInnerTexts();
    const runs = () => page.locator(".stage").getAttribute("data-runs");
    expect(await runs()).toBe("1");
    await slider.fill("0");
    const all = await scores();
    expect(all.length).toBeGreaterThan(3);
    for (const limit of ["0.05", "0.4", "0.2", "0.5", "0.99", "0.3"]) {
      await slider.fill(limit);
      expect(await scores(), limit).toEqual(all.filter((score) => Number(score) >= Number(limit)));
      await expect.poll(() => page.locator(".stage .tag").count()).toBe((await scores()).length);
    }
    await expect.poll(() => page.url()).toContain("score=0.3");
    expect(await runs()).toBe("1");
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
