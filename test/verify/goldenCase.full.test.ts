import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readGoldenCase } from "../../src/verify/goldenCase.ts";

/**
 * Every case of a network in the whole golden set (CENTERNET_GOLDENS names its folder) can be read, of whatever
 * family. Cases of COCO's evaluation share the file name but hold no taps; they have an `iouType`.
 */
const root = process.env.CENTERNET_GOLDENS;
const cases = root ? casesOfNetworks(root) : [];

function casesOfNetworks(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(^|\/)case\.json$/.test(path))
    .filter((path) => !("iouType" in JSON.parse(readFileSync(join(folder, path), "utf8"))));
}

test.runIf(root)("CENTERNET_GOLDENS holds cases", () => {
  expect(cases).not.toHaveLength(0);
});

test.each(cases.map((path) => dirname(path)))("%s can be read", async (name) => {
  const golden = await readGoldenCase((file) => readFile(join(root ?? "", name, file)), name);
  expect(golden.taps).not.toHaveLength(0);
  for (const { values, positions, shape } of golden.taps) {
    expect(values).toHaveLength(positions ? positions.length : shape.reduce((a, b) => a * b, 1));
  }
});

if (!root) console.log("CENTERNET_GOLDENS is not set: no case of the whole golden set was read");
