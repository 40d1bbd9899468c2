import { test } from "vitest";
import { expectSameInShards } from "./support/expectSameInShards.ts";

test("realistic-80 in 1 to 7 shards in random order gives the same bytes", () =>
  expectSameInShards("realistic-80", [1, 2, 3, 4, 5, 6, 7]));
