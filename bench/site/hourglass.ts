/** Hourglass-104 on the page: what answers while it runs, what it holds, and how soon it is given up. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import { writeOutput } from "../../src/cli/files/writeAtomically.ts";
import { describePlan } from "../../src/describePlan.ts";
import { modelNamed } from "../../src/models/models.ts";
import { elementCount } from "../../src/tensor.ts";
import { READY, Site } from "../../test/site/page.ts";
import { WEIGHTS } from "../paths.ts";
import { syntheticWeights } from "../syntheticWeights.ts";
import { walked } from "./firstDetection.ts";
import { ResidentMemory } from "./residentMemory.ts";

const MODEL = "centernet_hg104_512x512_coco17_tpu-8";
const SIZE = { height: 128, width: 128 };

/** Milliseconds and megabytes. */
export interface HourglassOnPage {
  readonly fileMB: number;
  readonly load: number;
  /** Until what they change is on the screen, while the network runs. */
  readonly slider: number;
  readonly click: number;
  readonly allLayers: number;
  /** Until the page says so. */
  readonly cancel: number;
  /** Until the worker has opened another file. */
  readonly workerFree: number;
  /** Of weights and maps, as the plan says. */
  readonly planMB: number;
  readonly largestMapMB: number;
  /** Of the page's process before the model is loaded, at most while it is, and then. */
  readonly before: number;
  readonly peakLoading: number;
  readonly loaded: number;
  readonly peakAllLayers: number;
}

export async function measureHourglass(report: (text: string) => void): Promise<HourglassOnPage> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-hourglass-"));
  const site = await Site.open();
  let memory: ResidentMemory | undefined;
  try {
    report("writing synthetic weights of Hourglass-104");
    const file = join(folder, "hourglass-104.safetensors");
    const bytes = await writeWeights(file);
    report("Hourglass-104 on the page");
    const { page } = await site.visit("detect");
    page.setDefaultTimeout(600_000);
    await page.locator(READY.detect).waitFor();
    memory = await ResidentMemory.of(site);
    const before = memory.now();
    const model = modelNamed(MODEL);
    const plan = describePlan(model, { inputSize: SIZE });

    await choose(page, file);
    memory.reset();
    const started = performance.now();
    await go(page, "network?weights=1&size=128");
    await page.locator(".block").first().waitFor();
    const load = performance.now() - started;
    const peakLoading = memory.peak();
    await walked(page);
    const loaded = memory.now();

    memory.reset();
    const again = performance.now();
    await go(page, "network?weights=1&size=128&image=cat.jpg");
    await (await walking(page)).waitFor({ state: "detached" });
    const allLayers = performance.now() - again;
    const peakAllLayers = memory.peak();

    await go(page, "network?weights=1&size=128&image=rocket.jpg");
    const task = await walking(page);
    const cancel = await cancelWalk(page);
    await task.waitFor({ state: "detached" });
    const free = performance.now();
    await go(page, "load?weights=1&size=128");
    await choose(page, join(WEIGHTS, "movenet-lightning.safetensors"));
    const workerFree = performance.now() - free;

    const { slider, click } = await answers(page);
    const largest = Math.max(...model.graph(SIZE).nodes.map(({ shape }) => 4 * elementCount(shape)));
    return {
      ...{ fileMB: bytes / 1e6, load, slider, click, allLayers, cancel, workerFree },
      ...{ planMB: plan.bytes.total / 1e6, largestMapMB: largest / 1e6 },
      ...{ before, peakLoading, loaded, peakAllLayers },
    };
  } finally {
    memory?.close();
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeWeights(file: string): Promise<number> {
  const weights = syntheticWeights(modelNamed(MODEL).graph(SIZE));
  const metadata = new Map([
    ["format", "centernet"],
    ["model", MODEL],
  ]);
  await writeOutput(file, writeSafetensors(weights, metadata, { dtype: "F32" }).pieces, file);
  return [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}

function go(page: Page, hash: string): Promise<void> {
  return page.evaluate((next) => {
    location.hash = next;
  }, `${hash}&model=${MODEL}`);
}

/** Opens a file in the Load view, which gives it the next number. */
async function choose(page: Page, file: string): Promise<void> {
  await page.getByRole("link", { name: "Load", exact: true }).click();
  await page.getByLabel("Choose files").setInputFiles(file);
  await page.locator(".opened > dl").waitFor();
}

/** The line of a task that runs: that of a canceled one stays, without a bar. */
const RUNNING = ".task:has(progress)";

/** The network's run over all layers has begun. */
async function walking(page: Page) {
  const task = page.locator(RUNNING).filter({ hasText: /layer \d+ of/ });
  await task.waitFor();
  return task;
}

/** Milliseconds from the click in the page to the frame without the progress of the walk. */
function cancelWalk(page: Page): Promise<number> {
  return page.evaluate(async (running) => {
    const walk = () =>
      [...document.querySelectorAll(running)].find(({ textContent }) =>
        /layer \d+ of/.test(textContent ?? ""),
      );
    const start = performance.now();
    walk()?.querySelector<HTMLElement>("button")?.click();
    while (walk()) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, RUNNING);
}

/** The slider and a link, in the Detect view while the network runs: at a size at which that takes a second. */
async function answers(page: Page) {
  await go(page, "detect?weights=1&size=256&image=people.jpg&score=0");
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const end = performance.now() + 60_000;
    while (
      !/running the network|layer \d+ of/.test(document.querySelector('[role="status"]')?.textContent ?? "")
    ) {
      if (performance.now() > end) throw new Error("The page did not say that the network runs.");
      await frame();
    }
    const range = document.querySelector<HTMLInputElement>('input[type="range"]') as HTMLInputElement;
    const output = () => range.parentElement?.querySelector("output")?.textContent;
    const before = output();
    let start = performance.now();
    range.value = "0.9";
    range.dispatchEvent(new InputEvent("input", { bubbles: true }));
    while (output() === before) await frame();
    await frame();
    const slider = performance.now() - start;
    start = performance.now();
    document.querySelector<HTMLElement>('nav a[href^="#load"]')?.click();
    while (!document.querySelector(".file-drop")) await frame();
    await frame();
    return { slider, click: performance.now() - start };
  });
}
