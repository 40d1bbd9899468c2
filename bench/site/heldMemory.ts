/** What the page and its workers hold after many images and changes of the model. */
import { detectAgain, heldMegabytes, MEASURE_AT_ONCE } from "../../test/site/held.ts";
import { detected, Site } from "../../test/site/page.ts";

export interface HeldMemory {
  readonly images: number;
  readonly models: number;
  /** Megabytes. */
  readonly before: number;
  readonly after: number;
}

const ROUNDS = { images: 50, models: 20 };

export async function measureHeldMemory(): Promise<HeldMemory> {
  const site = await Site.open(undefined, MEASURE_AT_ONCE);
  try {
    const { page } = await site.visit("detect");
    await detected(page);
    await detectAgain(page, { images: 5, models: 2 });
    const before = await heldMegabytes(page);
    await detectAgain(page, ROUNDS);
    return { ...ROUNDS, before, after: await heldMegabytes(page) };
  } finally {
    await site.close();
  }
}
