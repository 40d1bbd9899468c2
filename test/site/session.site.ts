/** A whole session through all views, under the policy that `centernet serve` sends, and one by keys alone. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { headersFor } from "../../src/cli/serve/pageHeaders.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { transferOf } from "./detect/transfer.ts";
import { chromiumPath, detected, READY, Site, VIEWS } from "./page.ts";

describe.skipIf(!chromiumPath && mayBeLeftOut)("a session", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(headersFor("index.html"));
  });
  afterAll(() => site?.close());

  test("asks for files of the page alone, breaks no policy in any view, and leaves nothing behind", async () => {
    const { page, faults, requests } = await site.visit("detect");
    await detected(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByLabel("Choose images").setInputFiles(join(ROOT, "samples/cat.png"));
    await page.getByText("cat.png").first().waitFor({ state: "attached" });
    await detected(page);
    for (const view of VIEWS) {
      await page.locator(`[aria-label="Views"] [href^="#${view}"]`).click();
      await page
        .locator(view === "detect" ? ".stage canvas" : READY[view])
        .first()
        .waitFor();
      await IN_VIEW[view]?.(page);
    }
    await page.locator(`[aria-label="Views"] [href^="#detect"]`).click();
    await detected(page);
    expect(faults).toEqual([]);
    const { origin } = new URL(page.url());
    expect(requests.length).toBeGreaterThan(10);
    const strange = requests.filter((request) => !/^GET blob:/.test(request) && !isOwn(request, origin));
    expect(strange).toEqual([]);
    expect(requests.filter((request) => /cat\.png/.test(request))).toEqual([]);
    const kept = await page.evaluate(async () => ({
      local: { ...localStorage },
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      cookies: document.cookie,
    }));
    // That the tour was offered.
    const local = { "centernet.tour-offered": "yes" };
    expect(kept).toEqual({ local, databases: 0, caches: 0, cookies: "" });
  });

  test("needs keys alone from image to detection, layer, channel, cell and decode step, the focus always visible", async () => {
    const { page, faults } = await site.visit("detect?model=movenet-lightning");
    await detected(page);
    const to = (wanted: string, key?: string) => tabTo(page, wanted, key);
    await to("main select");
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() => location.hash.includes("image=astronaut.jpg"));
    await detected(page);
    await to("tbody tr");
    await to(`[href^="#network"]`, "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(".tiles canvas").waitFor();
    await to(".block.open");
    const open = await page.locator(".block.open").getAttribute("data-block");
    await page.keyboard.press("ArrowRight");
    await page.locator(`.block.open:not([data-block="${open}"])`).waitFor();
    await page.locator(".tiles canvas").waitFor();
    await to(".tile-buttons button");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator(".channel-map:focus").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator(".cell-sum h3").waitFor();
    await expect.poll(() => page.url()).toMatch(/layer=.*&channel=\d+&cell=\d+%2C\d+/);
    await to(`[href^="#decode"]`, "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(READY.decode).first().waitFor();
    await to(".steps button");
    await page.keyboard.press("ArrowRight");
    await page.locator('.steps button:focus[aria-pressed="true"]:has-text("2")').waitFor();
    await expect.poll(() => page.url()).toContain("step=");
    expect(faults).toEqual([]);
  });

  test("says in every view what a dropped file is if it is no image, and goes on with the next one", async () => {
    const { page, faults } = await site.visit("network?model=movenet-lightning");
    await page.locator(READY.network).waitFor();
    const dropped = await transferOf(page, [{ name: "notes.txt", bytes: Buffer.from("hello") }]);
    await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
    const sentence = page.getByRole("alert").filter({
      hasText:
        "notes.txt: expected a JPEG or PNG image, got a text file. Check that it is the image that was meant.",
    });
    await sentence.first().waitFor();
    for (const view of ["decode", "triplets", "compare", "detect"]) {
      await page.locator(`[aria-label="Views"] [href^="#${view}"]`).click();
      await sentence.first().waitFor();
    }
    await page.getByRole("combobox", { name: "Sample" }).selectOption("grace-hopper.jpg");
    await page.locator("tbody tr").first().waitFor();
    // Weights have a view of their own.
    const bytes = await readFile(join(ROOT, "weights/movenet-lightning.safetensors"));
    const packed = await transferOf(page, [{ name: "zoo.tar.gz", bytes: Uint8Array.of(0x1f, 0x8b, 8, 0) }]);
    await page.dispatchEvent("main", "drop", { dataTransfer: packed });
    await page
      .getByRole("alert")
      .filter({ hasText: "zoo.tar.gz: expected a JPEG or PNG image, got a gzip file" })
      .waitFor();
    expect(await page.getByRole("button", { name: "Open it in Load" }).count()).toBe(1);
    const weights = await transferOf(page, [{ name: "mine.safetensors", bytes }]);
    await page.dispatchEvent("main", "drop", { dataTransfer: weights });
    await page.getByRole("alert").filter({ hasText: "got a file of weights (safetensors)" }).waitFor();
    await page.getByRole("button", { name: "Open it in Load" }).click();
    await page.getByRole("button", { name: "Use this model" }).waitFor();
    expect(faults).toEqual([]);
  });
});

test.skipIf(!chromiumPath && mayBeLeftOut)(
  "answers clicks and the slider while a network runs, and Cancel ends the run",
  async () => {
    const site = await Site.open();
    try {
      const { page, faults } = await site.visit("detect");
      const rows = page.locator("tbody tr");
      await page.locator(READY.detect).waitFor();
      // Every number in plain loops: it runs for seconds.
      await page.getByRole("combobox", { name: "Backend" }).selectOption("cpu");
      const status = page.getByRole("status").filter({ hasText: /running the network|layer \d+ of/ });
      await status.waitFor();
      await page.getByRole("slider", { name: /Score/ }).fill("0.4");
      await expect.poll(() => rows.count()).toBe(2);
      await page.getByRole("link", { name: "Load", exact: true }).click();
      await page.locator(".file-drop").waitFor();
      await expect.poll(() => status.count()).toBe(1);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("status").filter({ hasText: "Canceled" }).waitFor();
      await page.getByRole("link", { name: "Detect", exact: true }).click();
      await page.getByRole("combobox", { name: "Backend" }).selectOption("wasm");
      await detected(page);
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  },
);

function isOwn(request: string, origin: string): boolean {
  return request.startsWith(`GET ${origin}/`);
}

/** What a visitor does in a view. */
const IN_VIEW: Partial<Record<keyof typeof READY, (page: Page) => Promise<void>>> = {
  async network(page) {
    await page.locator(".tile-buttons button").first().click();
    await page.locator(".channel-map").click();
    await page.locator(".cell-sum h3").waitFor();
    await page.getByText("Plain loops").click();
    await page.getByText("Reference", { exact: false }).first().waitFor();
    await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as .npy" }).click(),
    ]);
  },
  async decode(page) {
    await page.getByRole("button", { name: "Next" }).click();
    await page.locator(".map-button").first().click();
    await page.locator(".why").waitFor();
  },
  async compare(page) {
    await page.getByRole("navigation", { name: "Layers" }).getByRole("link").first().press("Enter");
    await page.getByRole("img", { name: /^A − B/ }).waitFor();
  },
  async load(page) {
    const file = join(ROOT, "weights/movenet-lightning.safetensors");
    await page.getByLabel("Choose files").setInputFiles(file);
    await page.getByRole("button", { name: "Use this model" }).click();
  },
};

/** Presses the key until what is wanted has the focus, which must be visible on the way. */
async function tabTo(page: Page, wanted: string, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press(key);
    const { found, visible } = await page.evaluate((selector) => {
      const { activeElement: active } = document;
      if (!active || active === document.body) return { found: false, visible: true };
      const ring = active.querySelector(".ring");
      const stroke = ring ? getComputedStyle(ring).stroke : "none";
      const label = active.closest(".button") ?? active;
      const seen = [active, label].some((each) => getComputedStyle(each).outlineStyle !== "none");
      return { found: active.matches(selector), visible: seen || stroke !== "none" };
    }, wanted);
    expect(visible, `focus on the way to ${wanted}`).toBe(true);
    if (found) return;
  }
  throw new Error(`${wanted} was not reached by ${key}`);
}
