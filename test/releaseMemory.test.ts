import { expect, test } from "vitest";
import { releaseMemory } from "../src/support/releaseMemory.ts";

test("large arrays lose their numbers, and their memory goes back at once", async () => {
  const bytes = 400e6;
  const before = process.memoryUsage.rss();
  const large = Array.from({ length: 8 }, () => new Float32Array(bytes / 8 / 4).fill(1));
  expect(process.memoryUsage.rss() - before).toBeGreaterThan(0.9 * bytes);
  large.forEach(releaseMemory);
  expect(large.map(({ length }) => length)).toEqual(new Array(8).fill(0));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(process.memoryUsage.rss() - before).toBeLessThan(0.2 * bytes);
});

test("so do maps of a layer, which are smaller than weights", () => {
  const map = new Float32Array(64 * 64 * 8);
  releaseMemory(map);
  expect(map).toHaveLength(0);
});

test("small ones stay, and those that share a buffer or have memory of another kind", () => {
  const many = 2 ** 20;
  const kept = [
    new Float32Array(1000),
    new Float32Array(new ArrayBuffer(4 * many + 4), 4),
    new Float32Array(new SharedArrayBuffer(4 * many)),
  ];
  kept.forEach(releaseMemory);
  expect(kept.map(({ length }) => length)).toEqual([1000, many, many]);
});
