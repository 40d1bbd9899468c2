import { expect, test } from "vitest";
import { COUNTS, makeImages, runKilled, useCommandOften } from "./support/killedRuns.ts";

useCommandOften();

test("processes that are ended at random leave the bytes of one run", async () => {
  const images = await makeImages();
  let allContinued = 0;
  for (const [seed, count] of COUNTS.entries()) {
    const { bytes, continued } = await runKilled(images, count, seed);
    expect(bytes).toBe(images.expected);
    allContinued += continued;
  }
  // Else nothing was ended halfway.
  expect(allContinued).toBeGreaterThan(0);
});
