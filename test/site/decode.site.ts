/** The Decode view: its steps end at the detection, and its answers are those of a plain decode. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { candidateSteps, type DetectResult, load, type Tensor } from "../../src/index.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { transferOf } from "./detect/transfer.ts";
import { chromiumPath, Site } from "./page.ts";

const RUN = "model=movenet-multipose&image=people.jpg&build=plain&threads=1";
const WINDOW = 5;
/** A cell is a peak if it is this close to the largest around it: of the model's own constants. */
let tolerance: number;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Decode view", () => {
  let site: Site;
  let result: DetectResult;
  let heatmap: Tensor;
  beforeAll(async () => {
    site = await Site.open();
    const detector = await load("movenet-multipose", { backend: "wasm", build: "plain", threads: 1 });
    const node = detector.network.graph.outputs.centerHeatmap;
    result = await detector.detect(join(ROOT, "samples/people.jpg"), { taps: node, explain: true });
    heatmap = result.taps[node];
    const decoding = detector.network.model.decoding(detector.network.constants);
    if (decoding.kind !== "poses") throw new Error("no decode of poses");
    tolerance = decoding.constants.peakTolerance;
    await detector.dispose();
  });
  afterAll(() => site?.close());

  test("says that it was canceled, and runs again when it is asked to", async () => {
    const { page, faults } = await site.visit("decode?model=movenet-lightning&backend=cpu");
    await page.getByRole("main").getByRole("button", { name: "Cancel" }).click();
    await page
      .getByRole("main")
      .getByRole("status")
      .filter({ hasText: /^Canceled: / })
      .waitFor();
    await expect.poll(() => page.locator(".decode-panels").count()).toBe(0);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.locator(".decode-panels canvas").first().waitFor();
    await page.getByRole("button", { name: "Run again" }).waitFor({ state: "detached" });
    const rows = page.locator("aside tbody");
    const before = await rows.innerText();
    await page.evaluate(() => {
      location.hash = "decode?model=movenet-lightning&backend=cpu&image=cat.jpg";
    });
    const note = page.getByText("Steps of people.jpg: the run on cat.jpg goes on.", { exact: true });
    await note.waitFor();
    expect(await rows.innerText()).toBe(before);
    const maps = page.locator(".map-button canvas");
    expect(await maps.first().evaluate((canvas) => getComputedStyle(canvas).opacity)).toBe("0.4");
    await note.waitFor({ state: "detached" });
    await expect.poll(() => rows.innerText()).not.toBe(before);
    await expect.poll(() => maps.first().evaluate((canvas) => getComputedStyle(canvas).opacity)).toBe("1");
    expect(faults).toEqual([]);
  });

  test("shows no steps of the image before, once the next one could not be read", async () => {
    const { page, faults } = await site.visit("decode?model=movenet-lightning");
    await page.locator(".decode-panels canvas").first().waitFor();
    const dropped = await transferOf(page, [{ name: "notes.txt", bytes: Buffer.from("hello") }]);
    await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
    await page.getByRole("alert").filter({ hasText: "notes.txt: expected a JPEG or PNG image" }).waitFor();
    await page.locator(".decode-panels").waitFor({ state: "detached" });
    expect(await page.locator("aside tbody tr").count()).toBe(0);
    await page.goBack();
    await page.locator(".decode-panels canvas").first().waitFor();
    expect(faults).toEqual([]);
  });

  const runs = (page: Page) => page.locator("[data-runs]").getAttribute("data-runs");

  test("goes through the steps by keys to the box of the detection, without another run", async () => {
    const { page, faults } = await site.visit(`decode?${RUN}&peak=2`);
    const { explanation, detections } = result;
    if (explanation?.family !== "poses") throw new Error("no explanation of poses");
    const candidate = explanation.candidates[1];
    expect(detections[candidate.detection ?? -1].box).toEqual(candidate.box);
    const words = candidateSteps(candidate, explanation);
    const text = page.locator(".step-text p");
    const steps = page.getByRole("toolbar", { name: "Steps of the decode" }).getByRole("button");
    await steps.first().focus();
    const told: string[] = [];
    for (let step = 1; step < (await steps.count()); step++) {
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-pressed"))).toBe("true");
      told.push((await text.textContent()) ?? "");
    }
    for (const sentence of [words.place, words.offset, words.size, words.keypoints[0], words.outcome]) {
      expect(told.join("\n")).toContain(sentence?.replace(/(\d) x (\d)/g, "$1 × $2"));
    }
    expect(told.at(-1)).toContain(words.box);
    const address = await page.evaluate(() => location.href);
    await page.reload();
    await page.getByText(words.box).waitFor();
    await expect.poll(() => page.url()).toBe(address);
    const before = await runs(page);
    await page.evaluate(() => {
      location.hash += "&score=0.4";
    });
    await page.getByRole("cell", { name: "low score" }).nth(3).waitFor();
    expect(await runs(page)).toBe(before);
    expect(faults).toEqual([]);
  });

  test("says of 20 cells what a plain search for peaks says", async () => {
    const { page } = await site.visit(`decode?${RUN}`);
    const map = page.getByRole("button", { name: /^Center heatmap of person/ });
    await map.click({ position: { x: 40, y: 200 } });
    await page.keyboard.press("ArrowRight");
    const why = page.locator(".why");
    const peaks = plainPeaks(heatmap);
    const best = peaks.slice(0, 8).map(({ x, y }) => ({ x, y }));
    const others = Array.from({ length: 12 }, (_, i) => ({ x: 4 + 5 * i, y: 18 + ((7 * i) % 28) }));
    for (const cell of [...best, ...others]) {
      await page.evaluate(({ x, y }) => {
        location.hash = location.hash.replace(/cell=[^&]*/, `cell=${x},${y}`);
      }, cell);
      const here = why.filter({ hasText: new RegExp(`at cell ${cell.x},${cell.y}[,:]`) });
      await here.waitFor();
      const told = (await here.textContent()) ?? "";
      const rank = peaks.findIndex(({ x, y }) => x === cell.x && y === cell.y) + 1;
      const [, ...place] = /a peak, the (?:(\d+)\w\w )?best of (\d+) peaks/.exec(told) ?? [];
      if (rank > 0) expect(place.map((each) => Number(each ?? 1))).toEqual([rank, peaks.length]);
      else {
        const [, x, y] = /no peak: cell (\d+),(\d+) nearby has/.exec(told)?.map(Number) ?? [];
        expect(valueAt(heatmap, x, y)).toBe(windowLargest(heatmap, cell.x, cell.y));
      }
    }
  });
});

function valueAt({ shape, data }: Tensor, x: number, y: number): number {
  return data[y * shape[2] + x];
}

function windowLargest(map: Tensor, x: number, y: number): number {
  const [, height, width] = map.shape;
  const reach = (WINDOW - 1) / 2;
  let largest = Number.NEGATIVE_INFINITY;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      largest = Math.max(largest, valueAt(map, column, row));
    }
  }
  return largest;
}

/** Best first. */
function plainPeaks(map: Tensor) {
  const [, , width] = map.shape;
  return Array.from(map.data, (value, cell) => ({ value, x: cell % width, y: Math.floor(cell / width) }))
    .filter(({ value, x, y }) => Math.fround(windowLargest(map, x, y) - value) < tolerance)
    .sort((a, b) => b.value - a.value);
}
