import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MergedShards } from "../../../src/cli/shards/mergeShards.ts";
import { ShardReader } from "../../../src/cli/shards/readShard.ts";
import { headerLine, imageLine, parseHeader, parseImageLine } from "../../../src/cli/shards/shardFormat.ts";
import { UsageError } from "../../../src/errors.ts";
import { fuzz } from "../../support/fuzz.ts";
import { temporaryFolder } from "../support/folders.ts";
import { lineOf, makeHeader, pathOf, recordOf, rewrite, writeShards } from "./support/shards.ts";

const IMAGES = 7;

function readAll(path: string): string[] {
  const reader = new ShardReader(path, 64);
  const lines: string[] = [];
  for (let line = reader.next(); line; line = reader.next()) lines.push(line.text);
  return lines;
}

test("a shard reads as it was written", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 2);
  const path = pathOf(folder, 2, 2);
  expect(new ShardReader(path).header).toEqual(makeHeader(IMAGES, 2, 2));
  expect(readAll(path)).toEqual([1, 3, 5].map((position) => JSON.stringify(recordOf(position))));
  const lines = (await readFile(path, "utf8")).split("\n");
  expect(parseImageLine(lines[2], path, 3)).toMatchObject({
    position: 3,
    image: "photos/3.jpg",
    name: "3.jpg",
    hasFailed: true,
  });
  expect(JSON.parse(lines[4])).toMatchObject({ complete: true, images: 3, failed: 1 });
});

test("names and records with any characters keep them", () => {
  for (const name of ['a"b', "a\\", '","record":{', "\u2028\ud800", '\\\\"', ""]) {
    const image = { position: 0, path: `x/${name}`, relativePath: name };
    const line = imageLine(image, { image: image.path, detections: [] });
    expect(line).not.toContain("\n");
    expect(parseImageLine(line, "file", 2)).toMatchObject({ image: image.path, name });
  }
});

test("times, and what only one machine has, are left out", () => {
  const times = { load: 1, decode: 2, preprocess: 3, network: 4, postprocess: 5 };
  const record = { ...recordOf(0), backend: "wasm", backendDetails: { threads: 2 }, times };
  expect(imageLine({ position: 0, path: "a", relativePath: "a" }, record)).not.toMatch(/times|threads/);
});

test("a header is refused unless it is as it is written", () => {
  const line = headerLine(makeHeader(IMAGES, 1, 2));
  expect(headerLine(parseHeader(line, "file"))).toBe(line);
  for (const [changed, message] of [
    [
      line.replace('"centernetShard":1', '"centernetShard":2'),
      /expected a shard's file of format 1, got format 2/,
    ],
    [line.replace('"shard":1', '"shard":3'), /expected a whole header of a shard/],
    [line.replace('"shard":1', '"shard":0'), /expected a whole header of a shard/],
    [line.replace('"of":2', '"of": 2'), /expected the header as it is written/],
    [line.replace('"weights":"cd",', ""), /expected a whole header of a shard/],
    ['{"image":"a.jpg"}', /expected a shard's header, got another in line 1/],
    ["[]", /expected a shard's header/],
  ] as const)
    expect(() => parseHeader(changed, "file")).toThrow(message);
});

test("no mutant of a shard is read as another", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 2);
  const path = pathOf(folder, 1, 2);
  const seed = await readFile(path);
  const original = readAll(path);
  const result = await fuzz({
    seeds: [seed],
    seed: 19,
    run: async (bytes) => {
      await rewrite(path, bytes);
      // What is left as it was is read as it was.
      expect(readAll(path)).toEqual(original);
    },
  });
  expect(result.refused).toBeGreaterThan(900);
  expect(Object.keys(result.errors)).toEqual(["UsageError"]);
});

test("a shard that ends anywhere is torn", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 1);
  const path = pathOf(folder, 1, 1);
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length++) {
    await rewrite(path, whole.subarray(0, length));
    expect(() => readAll(path)).toThrow(UsageError);
  }
  await rewrite(path, Buffer.concat([whole, Buffer.from("\n")]));
  expect(() => readAll(path)).toThrow(/expected its end line last, got more after it/);
});

test("many shards are merged with few bytes of each in memory", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, 1500, 1200);
  const shards = await MergedShards.open(folder, "folder");
  const { signal } = new AbortController();
  const images = Array.from(shards.lines(signal), ({ image }) => image);
  expect(images).toEqual(Array.from({ length: 1500 }, (_, i) => `photos/${i}.jpg`));
});

test("a line of another shard is refused by its position", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 2);
  const path = pathOf(folder, 1, 2);
  const text = await readFile(path, "utf8");
  await rewrite(path, text.replace(lineOf(2), lineOf(3)));
  expect(() => readAll(path)).toThrow(
    /expected the image of position 2, got that of position 3 in line 3\. Remove it/,
  );
});
