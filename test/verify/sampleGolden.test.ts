import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readGoldenCase } from "../../src/verify/goldenCase.ts";
import { safetensorsFile } from "../checkpoints/support/safetensorsFile.ts";

/** The script runs as its users run it, on a made-up case of one large tap, one small tap and one head. */
const SCRIPT = join(import.meta.dirname, "../../scripts/sampleGolden.mjs");
const SIDE = 100; // 10,000 elements: more than 4096 samples and their positions would take

let folder: string;
let original: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golden-"));
  original = join(folder, "case");
  await mkdir(original);
  const large = Float32Array.from({ length: SIDE * SIDE }, (_, i) => i / 2);
  const tensors = new Map([
    ["abc", { shape: [1, SIDE, SIDE, 1], data: large }],
    ["small", { shape: [1, 2, 2, 1], data: Float32Array.of(1, 2, 3, 4) }],
    ["head", { shape: [1, SIDE, SIDE, 1], data: large }],
  ]);
  const taps = [...tensors].map(([name, { shape }]) => {
    const role = name === "head" ? "head" : "tap";
    return { name, role, shape, dtype: "float32", layout: "NHWC", tensor: name, stats: { std: 2 } };
  });
  const description = { family: "tfjs", model: "m", source: "s", tensors: "tensors.safetensors", taps };
  await writeFile(join(original, "case.json"), JSON.stringify(description));
  await writeFile(
    join(original, "tensors.safetensors"),
    safetensorsFile(tensors, new Map(), { dtype: "F32" }),
  );
  await writeFile(join(original, "notes.txt"), "as it is");
});

afterAll(() => rm(folder, { recursive: true }));

test("a large tap becomes its samples, everything else stays whole", async () => {
  const out = join(folder, "reduced");
  execFileSync(process.execPath, [SCRIPT, original, out]);
  const golden = await readGoldenCase((file) => readFile(join(out, file)), "reduced");
  const [large, small, head] = golden.taps;

  expect(large.values).toHaveLength(4096);
  // The formula's numbers for the name "abc" are 0x8a471608, 0x8dc63625, 0xfdd8a0eb, …
  const expected = [0x8a471608, 0x8dc63625, 0xfdd8a0eb].map((x) => x % (SIDE * SIDE));
  expect(large.positions?.slice(0, 3)).toEqual(Int32Array.from(expected));
  expect(large.positions?.every((position, i) => large.values[i] === position / 2)).toBe(true);
  expect(large.std).toBe(2);
  expect(small).toMatchObject({ name: "small", values: Float32Array.of(1, 2, 3, 4) });
  expect(small.positions).toBeUndefined();
  expect(head.values).toHaveLength(SIDE * SIDE);
  expect(await readFile(join(out, "notes.txt"), "utf8")).toBe("as it is");
  expect((await readdir(out)).sort()).toEqual(["case.json", "notes.txt", "tensors.safetensors"]);
});

test("without two folders it says how it is used", () => {
  expect(() => execFileSync(process.execPath, [SCRIPT, original], { stdio: "pipe" })).toThrow(/usage: node/);
});
