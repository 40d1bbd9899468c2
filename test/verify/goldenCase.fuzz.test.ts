import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { readGoldenCase } from "../../src/verify/goldenCase.ts";
import { type CaseRunner, verifyCase } from "../../src/verify/verifyCase.ts";
import { fuzz } from "../support/fuzz.ts";
import { madeFiles, readFilesOf, safetensorsOf } from "./madeCase.ts";

const FILES = madeFiles(
  [
    { name: "x", shape: [1, 1, 2, 2], values: Float32Array.of(1, 2, 3, 4), std: 1 },
    {
      name: "s",
      shape: [1, 3, 1, 2],
      layout: "NCHW",
      values: Float32Array.of(5),
      positions: Int32Array.of(2),
    },
    { name: "i", role: "decode", shape: [1, 2], layout: "row-major", values: Int32Array.of(1, 2) },
  ],
  { tap: { spread: 0.005, spreadRms: 0.0005 }, output: { absolute: 1e-4 }, match: "by rank" },
);

const RUNNER: CaseRunner<undefined> = {
  tapSource: () => ({ decoded: () => ({ values: Float32Array.of(1, 2, 3, 4), unitsPerOutput: 1 }) }),
  run: async () => ({ values: new Map(), unfused: new Set(), decoded: undefined }),
};

/** Reads the case with one of its files replaced, verifies it and prints the report. */
async function verifyWith(name: string, bytes: Uint8Array): Promise<string> {
  const readFile = readFilesOf(FILES);
  const golden = await readGoldenCase(async (file) => (file === name ? bytes : readFile(file)), "made");
  return formatReport(await verifyCase(golden, RUNNER));
}

test("mutants of case.json are read or refused with a typed error", async () => {
  const json = await readFilesOf(FILES)("case.json");
  expect(await verifyWith("case.json", json)).toMatch(/^made/);
  const { refused } = await fuzz({ seeds: [json], run: (bytes) => verifyWith("case.json", bytes), seed: 31 });
  expect(refused).toBeGreaterThan(0);
});

test("so are those of its tensors", async () => {
  const run = (bytes: Uint8Array) => verifyWith("tensors.safetensors", bytes);
  const { refused } = await fuzz({ seeds: [safetensorsOf(FILES.tensors)], run, seed: 32 });
  expect(refused).toBeGreaterThan(0);
});
