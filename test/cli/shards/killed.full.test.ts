import { expect, test } from "vitest";
import { COUNTS, GROUPS, makeImages, runKilled, useCommandOften } from "./support/killedRuns.ts";

const SEEDS_EACH = 5;

useCommandOften();

for (let group = 1; group <= GROUPS; group++) {
  const first = 1000 * group;
  test(`processes that are ended at random leave the bytes of one run, seeds ${first} to ${first + SEEDS_EACH - 1}`, async () => {
    const images = await makeImages();
    for (let seed = first; seed < first + SEEDS_EACH; seed++)
      for (const count of COUNTS) expect((await runKilled(images, count, seed)).bytes).toBe(images.expected);
  });
}
