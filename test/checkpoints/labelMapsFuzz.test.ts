import { expect, test } from "vitest";
import { parseLabelMapFile } from "../../src/checkpoints/labelMaps/labelMapFile.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { fileKind } from "../../src/support/fileKind/fileKind.ts";
import { fuzz } from "../support/fuzz.ts";
import { tarOf } from "./support/madeArchive.ts";
import { contentsOf, SMALL_FILES } from "./support/smallCheckpoint.ts";

/** FUZZ_RUNS sets the number of mutants; the full count is 1,000,000 each. */
const timeout = 36_000_000;
const bytes = (text: string) => new TextEncoder().encode(text);

test("mutants of label maps are read consistently or refused", { timeout }, async () => {
  const seeds = [
    'item { id: 1 name: "cat" } item { id: 2 display_name: "dog" }',
    "cat\nbig dog\n",
    "0: cat\n1: big dog\n",
    "nc: 2\nnames: ['cat', \"big dog\"] # two\n",
    "names:\n  - cat\n  - 'big dog' # big\nnc: 2\n",
    "names:\n  0: cat\n  1: big dog\n",
    '{"images":[{"id":1}],"categories":[{"id":1,"name":"cat"},{"id":2,"name":"dog"}]}',
    '["cat","dog"]',
    '{"0":"cat","1":"dog"}',
  ].map(bytes);
  const run = (mutant: Uint8Array) => {
    const { items } = parseLabelMapFile(mutant, "mutant");
    if (items.length === 0 || new Set(items.map(({ id }) => id)).size !== items.length)
      throw new Error("ids");
    if (!items.every(({ id, label }) => Number.isSafeInteger(id) && id >= 0 && label !== ""))
      throw new Error("items");
  };
  const { accepted, refused } = await fuzz({ seeds, run, seed: 21, maxMilliseconds: 1000 });
  expect(accepted).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});

test("mutants of a plain tar archive are read consistently or refused", { timeout }, async () => {
  const run = async (mutant: Uint8Array) => {
    await contentsOf(await openCheckpoint({ where: "mutant", bytes: mutant }));
  };
  const runs = Number(process.env.FUZZ_RUNS ?? 500);
  const result = await fuzz({ seeds: [tarOf(SMALL_FILES)], run, runs, seed: 22, maxMilliseconds: 1000 });
  expect(result.refused).toBeGreaterThan(0);
});

test("whatever bytes there are, their kind is told without an error", { timeout }, async () => {
  const seeds = [
    "<?xml version='1.0'?><Error>",
    "<!-- a --><!doctype html>",
    "# a\nmodel {",
    "\x08\x07\x12\x07pytorch",
  ].map(bytes);
  const run = (mutant: Uint8Array) => {
    if (fileKind(mutant).what === "") throw new Error("no description");
  };
  const { refused } = await fuzz({ seeds, run, seed: 23, maxMilliseconds: 100 });
  expect(refused).toBe(0);
});
