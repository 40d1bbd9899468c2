import { expect, test } from "vitest";
import { COUNTS, makeImages, runKilled, useBuiltCommand } from "./support/killedRuns.ts";

const SEEDS = 50;

useBuiltCommand();

test(`with ${SEEDS} seeds, processes that are ended at random leave the bytes of one run`, async () => {
  const images = await makeImages();
  for (let seed = 1000; seed < 1000 + SEEDS; seed++)
    for (const count of COUNTS) expect((await runKilled(images, count, seed)).bytes).toBe(images.expected);
});
