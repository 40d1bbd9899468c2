/** What the page does about a worker that hears nothing or dies: another takes its place. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, detected, READY, Site } from "./page.ts";

const LIGHTNING = join(ROOT, "weights/movenet-lightning.safetensors");

describe.skipIf(!chromiumPath && mayBeLeftOut)("the page's worker", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  const cancel = (page: Page) => page.locator(".status").getByRole("button", { name: "Cancel" }).click();
  const canceled = (page: Page) => page.getByRole("status").filter({ hasText: "Canceled" }).waitFor();

  test("is replaced if it hears no cancel, and the next one has the user's files and the calls that waited", async () => {
    const { page, faults } = await site.visit("load", { script: watchWorkers });
    await page.getByLabel("Choose files").setInputFiles(LIGHTNING);
    await page.getByRole("button", { name: "Use this model" }).click();
    await page.getByRole("link", { name: "Detect", exact: true }).click();
    await detected(page);
    await deafen(page);
    await page.getByRole("combobox", { name: "Sample" }).selectOption("grace-hopper.jpg");
    await page.getByRole("status").filter({ hasText: "reading grace-hopper.jpg" }).waitFor();
    // A call of another view waits, too.
    await page.getByRole("link", { name: "Triplets", exact: true }).click();
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await cancel(page);
    await canceled(page);
    await expect.poll(() => started(page), { timeout: 30_000 }).toBe(2);
    await page.locator(READY.triplets).first().waitFor();
    await page.getByRole("link", { name: "Detect", exact: true }).click();
    await page.getByRole("button", { name: "Run again" }).click();
    await detected(page);
    await page.locator(".stage canvas").waitFor();
    expect(await page.locator("main").innerText()).toContain("movenet-lightning, your file");
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(1);
    expect(faults).toEqual([]);
  });

  test("stays if it ends what was canceled", async () => {
    const { page, faults } = await site.visit("detect", { script: watchWorkers });
    await detected(page);
    await page.getByRole("combobox", { name: "Backend" }).selectOption("cpu");
    await page
      .getByRole("status")
      .filter({ hasText: /layer \d+ of \d+/ })
      .waitFor();
    await cancel(page);
    await canceled(page);
    await page.getByRole("combobox", { name: "Backend" }).selectOption("wasm");
    await detected(page);
    expect(await started(page)).toBeLessThanOrEqual(2);
    expect(faults).toEqual([]);
  });

  test("that dies is replaced with a note, and what waited is done by the next one", async () => {
    const { page, faults } = await site.visit("detect", { script: watchWorkers });
    await detected(page);
    await deafen(page);
    await page.getByRole("combobox", { name: "Sample" }).selectOption("grace-hopper.jpg");
    await page.getByRole("status").filter({ hasText: "reading grace-hopper.jpg" }).waitFor();
    await kill(page, "out of memory");
    await page
      .getByText(
        "the page's worker: expected one that goes on, got out of memory. Another has taken its place.",
      )
      .waitFor();
    await detected(page);
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(1);
    await page.getByRole("button", { name: "Dismiss" }).click();

    // What kills a second one, too, fails.
    await deafen(page);
    await page.getByRole("combobox", { name: "Sample" }).selectOption("cat.jpg");
    await kill(page, "out of memory");
    await deafen(page);
    await kill(page, "out of memory");
    await page.getByRole("alert").filter({ hasText: "got out of memory. Run it again." }).waitFor();
    await page.getByRole("button", { name: "Run again" }).click();
    await detected(page);
    await page.locator(".stage canvas").waitFor();
    expect(faults).toEqual([]);
  });
});

interface Watched {
  readonly workers: (Worker & { isDeaf?: boolean; hasAnswered?: boolean })[];
}

/** Runs in the page before its own code: keeps its workers, which can be made deaf. */
function watchWorkers(): void {
  const workers: Watched["workers"] = [];
  Object.assign(globalThis, { workers });
  globalThis.Worker = class extends Worker {
    isDeaf = false;

    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
    }

    override postMessage(...args: [never, never]): void {
      if (!this.isDeaf) super.postMessage(...args);
    }
  };
}

const started = (page: Page) => page.evaluate(() => (globalThis as unknown as Watched).workers.length);

/** What the page sends from now on, its worker does not get, as if it computed without an end. */
async function deafen(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const worker = (globalThis as unknown as Watched).workers.at(-1);
    if (!worker) throw new Error("no worker");
    worker.isDeaf = true;
  });
}

async function kill(page: Page, message: string): Promise<void> {
  await page.evaluate((why) => {
    const worker = (globalThis as unknown as Watched).workers.at(-1);
    worker?.terminate();
    worker?.dispatchEvent(new ErrorEvent("error", { message: why, cancelable: true }));
  }, message);
}
