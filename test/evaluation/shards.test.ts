import { expect, test } from "vitest";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { jsonBytesOf } from "../../src/evaluation/json/feed.ts";
import { readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../src/evaluation/reading/results.ts";
import { CASES, cocoCase } from "./support/cocoCases.ts";

/** A small linear congruential generator (Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// The largest takes seconds, and has no order that another does not have.
test.each(CASES.filter((name) => name !== "realistic-80"))(
  "%s in 1 to 7 shards in random order gives the same bytes",
  async (name) => {
    const { annotations, results, type, options } = cocoCase(name);
    const truth = await readAnnotations(annotations);
    const wanted = evaluate(truth, await readResults(results, truth, { type }), options);
    const list = JSON.parse(new TextDecoder().decode(results)) as { image_id: number }[];
    const random = randomNumbers(name.length);
    for (let count = 1; count <= 7; count++) {
      const shards: { image_id: number }[][] = Array.from({ length: count }, () => []);
      const shardOf = new Map<number, number>();
      for (const entry of list) {
        const shard = shardOf.get(entry.image_id) ?? Math.floor(random() * count);
        shardOf.set(entry.image_id, shard);
        shards[shard].push(entry);
      }
      // Like the first entry of all, the first of each must not decide what a shard holds: they are read together.
      const sources = shuffled(shards, random).map((shard, i) => ({
        source: jsonBytesOf(shard),
        name: `shard ${i}`,
      }));
      const { precision, recall, scores, rows } = evaluate(
        truth,
        await readResults(sources, truth, { type }),
        options,
      );
      const isSame = [precision, recall, scores].every((array, a) => {
        const other = [wanted.precision, wanted.recall, wanted.scores][a];
        return Buffer.compare(bytesOf(array), bytesOf(other)) === 0;
      });
      expect(isSame).toBe(true);
      expect(rows).toEqual(wanted.rows);
    }
  },
);
