import { expect, test } from "vitest";
import { runJob } from "./support/jobRuns.ts";
import { GROUPS, makeImages, useCommandOften } from "./support/killedRuns.ts";

const SEEDS_EACH = 4;

useCommandOften();

for (let group = 1; group <= GROUPS; group++) {
  const first = 100 * group;
  test(`Indexed Jobs to which everything happens leave the bytes of one run, seeds ${first} to ${first + SEEDS_EACH - 1}`, async () => {
    const images = await makeImages();
    for (let seed = first; seed < first + SEEDS_EACH; seed++)
      expect((await runJob(images, seed)).bytes).toBe(images.expected);
  });
}
