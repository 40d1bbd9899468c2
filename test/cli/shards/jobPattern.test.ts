import { expect, test } from "vitest";
import { runJob } from "./support/jobRuns.ts";
import { makeImages, useCommandOften } from "./support/killedRuns.ts";

useCommandOften();

test("an Indexed Job whose pods are killed, evicted, slow, doubled or without room leaves the bytes of one run", async () => {
  const images = await makeImages();
  const { bytes, ends } = await runJob(images, 19);
  expect(bytes).toBe(images.expected);
  expect(ends).toMatchObject({ "full disk": 74 });
  // A process may be done before its signal comes, but not all of them.
  expect([ends.killed, ends.evicted, ends.terminated]).toEqual(
    expect.arrayContaining([expect.toSatisfy((code) => code === 137 || code === 143)]),
  );
});
