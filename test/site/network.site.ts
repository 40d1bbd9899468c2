/** The Network view: as many layers as there are, moved through by keys, and the numbers of the network itself. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, openDump } from "../../src/index.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

const SAMPLE = "grace-hopper.jpg";
const RUN = `model=movenet-lightning&image=${SAMPLE}&build=plain&threads=1`;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Network view", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  /** Every block shows the thumbnail of its last layer. */
  const walked = async (page: Page) => {
    await page.locator(".block").first().waitFor();
    await page.waitForFunction(
      () =>
        document.querySelectorAll(".block image").length === document.querySelectorAll(".block").length - 1,
    );
  };

  test("shows every layer, fused or alone, in blocks of different names", async () => {
    const { page, faults } = await site.visit(`network?${RUN}`);
    await walked(page);
    const names = await page
      .locator(".block")
      .evaluateAll((all) => all.map((each) => each.getAttribute("data-block")));
    expect(new Set(names).size).toBe(names.length);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("80 fused layers");
    await page.getByRole("checkbox", { name: "each op on its own" }).check();
    await page.getByRole("heading", { level: 1, name: /202 layers/ }).waitFor();
    await walked(page);
    await page
      .getByText(/op by op/)
      .first()
      .waitFor();
    expect(faults).toEqual([]);
  });

  test("is moved through by keys, and the address keeps the layer", async () => {
    const { page } = await site.visit(`network?${RUN}&layer=backbone.stem.relu6`);
    const open = page.locator(".block.open");
    await open.waitFor();
    await open.focus();
    const visited = new Set<string>();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowUp", "Home"]) {
      await page.keyboard.press(key);
      visited.add((await page.evaluate(() => document.activeElement?.getAttribute("data-block"))) ?? "");
    }
    expect(visited.size).toBeGreaterThan(3);
    expect(visited).not.toContain("");
    await page.getByRole("button", { name: "channel 2", exact: true }).click();
    await page.getByRole("heading", { name: "Channel 2" }).waitFor();
    const address = page.url();
    await page.reload();
    await page.getByRole("heading", { name: "Channel 2" }).waitFor();
    expect(page.url()).toBe(address);
  });

  test("has the numbers of the same run in Node, bit for bit", async () => {
    const layer = "backbone.block4.add";
    const { page } = await site.visit(`network?${RUN}&layer=${layer}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as .npy" }).click(),
    ]);
    const bytes = await readFile(await download.path());
    const dump = await openDump([new File([bytes], `${layer}.npy`)]);
    const detector = await load("movenet-lightning", { backend: "wasm", build: "plain", threads: 1 });
    const { taps } = await detector.detect(join(ROOT, "samples", SAMPLE), { taps: layer });
    await detector.dispose();
    const saved = await dump.read(layer);
    expect(saved.length).toBe(taps[layer].data.length);
    expect(Buffer.compare(bytesOf(saved), bytesOf(taps[layer].data))).toBe(0);
  });

  test("names another layer if the address has one that the network lacks", async () => {
    const { page, faults } = await site.visit(`network?${RUN}&layer=nonsense&channel=-1&page=x`);
    await page.getByText('This network has no layer "nonsense"').waitFor();
    await page.locator(".tiles canvas").waitFor();
    expect(faults).toEqual([]);
  });
});

function bytesOf(numbers: ArrayLike<number>): Buffer {
  const { buffer, byteOffset, byteLength } = Float32Array.from(numbers);
  return Buffer.from(buffer, byteOffset, byteLength);
}
