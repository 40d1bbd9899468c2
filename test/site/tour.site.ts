/** The tour: six steps through the real views, by keys alone, each of which shows what its card says. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, modelNamed, networkLayout, runnable } from "../../src/index.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { axeSource, axeViolations } from "./axe.ts";
import { chromiumPath, Site } from "./page.ts";

const TITLES = [
  "Down to see, up again to place",
  "What one channel answers to",
  "How a peak becomes a box",
  "Why a corner looks along a whole row",
  "What center pooling adds",
  "Why a box was rejected",
];

/** What must be in the view before the step's claim can be seen there. */
const SHOWN: readonly ((page: Page) => Promise<unknown>)[] = [
  async (page) => {
    await page.locator('.block.open[data-block="fpn.lateral5"] image').waitFor();
    await page.getByRole("heading", { name: "fpn.lateral5.bias, channels 1 to 64 of 64" }).waitFor();
    const sides = await page.locator(".row-names text").allTextContents();
    expect(sides).toEqual([256, 128, 64, 32, 16, 8].map((side) => `${side} × ${side}`));
  },
  async (page) => {
    await page
      .getByRole("button", { name: /^Channel 225 of backbone.block4.expand.relu6, cell 5, 10/ })
      .waitFor();
    await page.getByRole("heading", { name: "How cell 5, 10 was made" }).waitFor();
    await page.locator(".field-frame").waitFor({ state: "attached" });
  },
  async (page) => {
    await page
      .getByText(/^Half of the size 20\.8 × 34\.7 to each side of the center makes the box/)
      .waitFor();
    await page.locator('tr.chosen button[aria-pressed="true"]', { hasText: "1. person" }).waitFor();
    await expect.poll(() => page.locator(".decode-panels canvas").count()).toBe(2);
  },
  (page) =>
    page.getByRole("button", { name: /^After: the largest to the right: cell 3,6 has 1\./ }).waitFor(),
  (page) => page.getByRole("button", { name: /^After: center pooling.*: cell 6,9 has (2|1\.999)/ }).waitFor(),
  async (page) => {
    const rejected = page.getByRole("table", { name: /rejected pairs/ }).locator("tr.chosen");
    await rejected.waitFor();
    expect(await rejected.innerText()).toMatch(/0\.895.*no center/s);
    await page.locator(".pair-stage .line.rejected").waitFor({ state: "attached" });
  },
];

describe.skipIf(!chromiumPath && mayBeLeftOut)("the tour", () => {
  let site: Site;
  let axe: string;
  beforeAll(async () => {
    site = await Site.open();
    axe = await axeSource();
  });
  afterAll(() => site?.close());

  const card = (page: Page, step: number) =>
    page.getByRole("region", { name: `Step ${step} of 6 ${TITLES[step - 1]}` });
  const focusIn = (page: Page) =>
    page.evaluate(() => document.activeElement?.textContent?.trim().replace(/\s+/g, " ") ?? "");
  /** Presses Tab until the focus is on something of this name. */
  const tabTo = async (page: Page, name: RegExp) => {
    for (let tabs = 0; tabs < 15; tabs++) {
      if (name.test(await focusIn(page))) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${name}: the focus is on "${await focusIn(page)}"`);
  };

  test("is offered once, and leads by keys alone through six views that show what it says", async () => {
    const { page, faults } = await site.visit("detect?image=cat.jpg&score=0.5");
    const offer = page.getByRole("link", { name: "A tour in six steps" });
    await offer.waitFor();
    await tabTo(page, /^Tour$/);
    await page.keyboard.press("Enter");
    for (const [index, shown] of SHOWN.entries()) {
      await card(page, index + 1).waitFor();
      await shown(page);
      await expect.poll(() => page.url()).toContain(`tour=${index + 1}`);
      // The card has the focus at first, and then the button that was pressed.
      await tabTo(page, index === 5 ? /^End the tour$/ : /^Next$/);
      if (index < 5) await page.keyboard.press("Enter");
    }
    await expect.poll(() => page.url()).not.toMatch(/image=|score=/);
    await page.getByRole("slider", { name: /larger boxes/ }).fill("1");
    await page.getByText("4 confirmed by a center").waitFor();
    // The wrong box has passed, and is the best.
    const first = page.getByRole("table", { name: "Boxes" }).locator("tr.chosen");
    expect(await first.innerText()).toMatch(/^1\. kite\s+0\.877/);
    await page.getByRole("button", { name: "End the tour" }).focus();
    await page.keyboard.press("Enter");
    await card(page, 6).waitFor({ state: "detached" });
    expect(await focusIn(page)).toBe("Tour");
    await expect.poll(() => page.url()).toContain("#triplets?");
    await page.goto(page.url().replace(/#.*/, "#detect"));
    await page.reload();
    await page
      .getByRole("row", { name: /person/ })
      .nth(2)
      .waitFor();
    await expect.poll(() => offer.count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test("ends by Escape, and is brought back by the browser's history and by links", async () => {
    const { page, faults } = await site.visit("detect?tour=4");
    await card(page, 4).waitFor();
    await SHOWN[3](page);
    await page.keyboard.press("ArrowRight");
    await SHOWN[4](page);
    await page.keyboard.press("Escape");
    await card(page, 5).waitFor({ state: "detached" });
    expect(await focusIn(page)).toBe("Tour");
    await page.goBack();
    await card(page, 5).waitFor();
    await page.goBack();
    await card(page, 4).waitFor();
    await SHOWN[3](page);
    await page.goForward();
    await SHOWN[4](page);
    // What its reader found beside the step comes with the link.
    await page.goto(page.url().replace(/#.*/, "#decode?tour=3&step=size&peak=2"));
    await card(page, 3).waitFor();
    await page.getByText("The network's size at this cell is 20.9 × 34.5 cells").waitFor();
    await page.getByRole("link", { name: "Load", exact: true }).click();
    await page.getByRole("button", { name: "Show it again" }).click();
    await SHOWN[2](page);
    await page.goto(page.url().replace(/tour=3/, "tour=9"));
    await page.getByText('tour is "9": expected a step from 1 to 6').waitFor();
    await expect.poll(() => page.locator(".tour").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test("shows an hourglass by its graph alone", async () => {
    const { page, faults } = await site.visit("network?tour=1");
    await card(page, 1).getByRole("link", { name: "the graph of CenterNet-52" }).click();
    const model = modelNamed("centernet-52");
    const blocks = networkLayout(runnable(model.graph(model.defaultSize), true));
    await page
      .getByRole("heading", { name: `centernet-52: 151 fused layers in ${blocks.length - 1} blocks` })
      .waitFor();
    await page.getByText("The graph alone: nothing runs").waitFor();
    await expect.poll(() => page.locator(".block").count()).toBe(blocks.length);
    await page.locator('[data-block="backbone.stack0.inner"]').click();
    await page.getByText("Maps need weights").waitFor();
    await expect.poll(() => page.locator(".block image, .tiles, .task").count()).toBe(0);
    const fits = await page.locator(".scroller").evaluate((box) => box.scrollWidth <= box.clientWidth);
    expect(fits).toBe(true);
    await page.getByRole("combobox", { name: "Network" }).selectOption("movenet-multipose");
    await page.locator(".block image").first().waitFor();
    expect(faults).toEqual([]);
  });

  test("has a channel that is brightest on each of the three faces", async () => {
    const layer = "backbone.block4.expand.relu6";
    const detector = await load("movenet-multipose", { backend: "wasm" });
    const { taps, detections, geometry } = await detector.detect(join(ROOT, "samples/people.jpg"), {
      taps: [layer],
    });
    await detector.dispose();
    const { data, shape } = taps[layer];
    const [, height, width, channels] = shape;
    const noses = detections.map(({ keypoints = [] }) => geometry.views[0].imageToCell(keypoints[0], 8));
    expect(noses).toHaveLength(3);
    const values = data.filter((_, index) => index % channels === 225);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const nose of noses) {
      let best = { value: 0, x: 0, y: 0 };
      // Half way to the next person on either side, without the margins above and below.
      for (let y = 8; y < height - 14; y++) {
        for (let x = Math.max(1, Math.ceil(nose.x) - 4); x <= Math.min(width - 2, nose.x + 4); x++) {
          const value = values[y * width + x];
          if (value > best.value) best = { value, x, y };
        }
      }
      expect(best.value).toBeGreaterThan(3 * mean);
      expect(Math.hypot(best.x + 0.5 - nose.x, best.y + 0.5 - nose.y)).toBeLessThan(3);
    }
  });

  test.each([
    { step: 6, width: 1280, height: 800 },
    { step: 2, width: 390, height: 844, dark: true },
  ])(
    "has nothing serious for axe-core in step $step at $width, and its buttons in reach",
    async ({ step, ...screen }) => {
      const { page } = await site.visit(`detect?tour=${step}`, screen);
      await card(page, step).waitFor();
      await SHOWN[step - 1](page);
      await page.evaluate(axe);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole("button", { name: "Previous", exact: true }).last().waitFor();
      await card(page, step).getByRole("button", { name: "Previous" }).click();
      await card(page, step - 1).waitFor();
    },
  );
});
