import { expect, test } from "vitest";
import { readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../src/evaluation/reading/results.ts";
import { CASES, cocoCase } from "./support/cocoCases.ts";
import { expectSameInShards } from "./support/expectSameInShards.ts";
import { shardsOf } from "./support/shards.ts";

const ALL = [1, 2, 3, 4, 5, 6, 7];

test.each(CASES)("%s in 1 to 7 shards in random order gives the same bytes", (name) =>
  // As large as all others together: its other splits are in the full test.
  expectSameInShards(name, name === "realistic-80" ? [5] : ALL),
);

test.each(ALL)("an unknown image is refused in %i shards too", async (count) => {
  const { annotations, results, type } = cocoCase("unknown-image");
  const truth = await readAnnotations(annotations);
  await expect(readResults(shardsOf(results, count, count), truth, { type })).rejects.toThrow(
    /got 1 result of other images/,
  );
});
