/** Results split by image into shards, which are read in any order. */
import { jsonBytesOf } from "../../../src/evaluation/json/feed.ts";

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

/** Each image's results stay together and in their order; images and shards are in random order. */
export function shardsOf(results: Uint8Array, count: number, seed: number) {
  const list = JSON.parse(new TextDecoder().decode(results)) as { image_id: number }[];
  const random = randomNumbers(seed);
  const byImage = new Map<number, { image_id: number }[]>();
  for (const entry of list) byImage.set(entry.image_id, [...(byImage.get(entry.image_id) ?? []), entry]);
  const shards: { image_id: number }[][] = Array.from({ length: count }, () => []);
  for (const entries of shuffled([...byImage.values()], random)) {
    shards[Math.floor(random() * count)].push(...entries);
  }
  return shuffled(shards, random).map((shard, i) => ({ source: jsonBytesOf(shard), name: `shard ${i}` }));
}
