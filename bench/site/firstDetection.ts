/** From navigation to the first detection, and the long tasks on the page's own thread. */
import type { Page } from "playwright-core";
import { detected, READY, Site } from "../../test/site/page.ts";

/** Milliseconds; of each phase the longest task of 50 ms or more, 0 if there is none. */
export interface FirstDetection {
  readonly isolated: number;
  readonly notIsolated: number;
  readonly longestTaskLoading: number;
  readonly longestTaskOtherImages: number;
  readonly longestTaskTappingAllLayers: number;
}

export async function measureFirstDetection(): Promise<FirstDetection> {
  const site = await Site.open();
  const bare = await Site.open({});
  try {
    const notIsolated = await firstRows((await watched(bare)).page);
    const { page } = await watched(site);
    const isolated = await firstRows(page);
    const longestTaskLoading = await longestTask(page);
    for (const image of ["astronaut.jpg", "grace-hopper.jpg", "rocket.jpg"]) {
      await page.getByRole("combobox", { name: "Sample" }).selectOption(image);
      await page.waitForTimeout(SETTLED);
      await detected(page);
    }
    const longestTaskOtherImages = await longestTask(page);
    await page.getByRole("link", { name: "Network", exact: true }).click();
    await page.locator(READY.network).waitFor();
    await walked(page);
    const longestTaskTappingAllLayers = await longestTask(page);
    return {
      isolated,
      notIsolated,
      longestTaskLoading,
      longestTaskOtherImages,
      longestTaskTappingAllLayers,
    };
  } finally {
    await Promise.all([site.close(), bare.close()]);
  }
}

/** Long enough for a run to begin, in milliseconds. */
const SETTLED = 300;

interface Watch {
  firstRows?: number;
  longest: number;
}

/** A page that notes when its third row is there, and its longest task. */
async function watched(site: Site) {
  return site.visit("detect", {
    script: () => {
      const watch: Watch = { longest: 0 };
      Object.assign(globalThis, { watch });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) watch.longest = Math.max(watch.longest, duration);
      }).observe({ type: "longtask", buffered: true });
      const seen = () => {
        if (document.querySelectorAll("tbody tr").length < 3) requestAnimationFrame(seen);
        else watch.firstRows = performance.now();
      };
      requestAnimationFrame(seen);
    },
  });
}

const watchOf = (page: Page) =>
  page.evaluate(() => ({ ...(globalThis as unknown as { watch: Watch }).watch }));

async function firstRows(page: Page): Promise<number> {
  await page.waitForFunction(() => (globalThis as unknown as { watch: Watch }).watch.firstRows !== undefined);
  return (await watchOf(page)).firstRows ?? Number.NaN;
}

/** Since the last call. */
async function longestTask(page: Page): Promise<number> {
  await page.waitForTimeout(SETTLED);
  return page.evaluate(() => {
    const { watch } = globalThis as unknown as { watch: Watch };
    const { longest } = watch;
    watch.longest = 0;
    return longest;
  });
}

/** Every block has its thumbnail, that of the input too. */
export async function walked(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelectorAll(".block image").length === document.querySelectorAll(".block").length,
    undefined,
    { timeout: 120_000 },
  );
}
