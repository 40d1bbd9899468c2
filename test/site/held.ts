/** How much memory the page and its workers hold, and visits that should leave it as it was. */
import type { Page } from "playwright-core";

/** Flags of a browser that measures memory when asked, instead of after its next garbage collection. */
export const MEASURE_AT_ONCE = ["--enable-blink-features=ForceEagerMeasureMemory"];

/** Of the page's thread and of all its workers, shared memory included. The page must be isolated. */
export async function heldMegabytes(page: Page): Promise<number> {
  const bytes = await page.evaluate(async () => {
    const measured = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
    };
    return (await measured.measureUserAgentSpecificMemory()).bytes;
  });
  return bytes / 1e6;
}

const IMAGES = ["people.jpg", "astronaut.jpg", "grace-hopper.jpg", "cat.jpg", "rocket.jpg"];
const MODELS = ["movenet-lightning", "movenet-multipose"];

/** Detects in so many images, then with so many changes of the model. */
export async function detectAgain(
  page: Page,
  { images, models }: { readonly images: number; readonly models: number },
): Promise<void> {
  for (let i = 1; i <= images; i++) await detectWith(page, `image=${IMAGES[i % IMAGES.length]}`);
  for (let i = 0; i < models; i++) await detectWith(page, `model=${MODELS[i % MODELS.length]}`);
}

/** Waits until the run for this address has ended, not only the one before. */
async function detectWith(page: Page, params: string): Promise<void> {
  await page.evaluate((hash) => {
    const status = document.querySelector('[role="status"]') as HTMLElement;
    const ran = new Promise<void>((resolve) => {
      new MutationObserver((_, observer) => {
        if (!/detection/.test(status.textContent ?? "")) return;
        observer.disconnect();
        resolve();
      }).observe(status, { childList: true, characterData: true, subtree: true });
    });
    location.hash = hash;
    return ran;
  }, `detect?${params}`);
}
