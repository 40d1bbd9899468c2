import { expect, test } from "vitest";
import { COUNTS, makeImages, runKilled, useBuiltCommand } from "./support/killedRuns.ts";

/** In groups, because each has a limit of time. All 50 seeds, 10 groups, take 20 minutes: CENTERNET_KILL_GROUPS=10. */
const GROUPS = Number(process.env.CENTERNET_KILL_GROUPS ?? 2);
const SEEDS_EACH = 5;

useBuiltCommand();

for (let group = 1; group <= GROUPS; group++) {
  const first = 1000 * group;
  test(`processes that are ended at random leave the bytes of one run, seeds ${first} to ${first + SEEDS_EACH - 1}`, async () => {
    const images = await makeImages();
    for (let seed = first; seed < first + SEEDS_EACH; seed++)
      for (const count of COUNTS) expect((await runKilled(images, count, seed)).bytes).toBe(images.expected);
  });
}
