import { expect, test } from "vitest";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { reportJson } from "../../src/verify/report/reportJson.ts";
import { compareWithTruth, readTruth } from "../../src/verify/truth/truth.ts";
import { truthSummary } from "../../src/verify/truth/truthSummary.ts";
import { verifyCase } from "../../src/verify/verifyCase.ts";
import { fuzz } from "../support/fuzz.ts";
import { type MadeTap, madeCase, type Stored, safetensorsOf } from "./madeCase.ts";

const fileOf = (tensors: Record<string, Stored>) =>
  safetensorsOf(
    new Map(Object.entries(tensors).map(([name, values]) => [name, { shape: [values.length], values }])),
  );
const read = (tensors: Record<string, Stored>) => readTruth(fileOf(tensors), "t");

test("errors are counted where truth, original and run are all known", () => {
  const truth = { values: [1, 2, 3], positions: Int32Array.of(5, 1, 3) };
  const original = { values: [2.5, 3, 9], positions: Int32Array.of(1, 3, 0) };
  const got = [0, 3, 0, 3, 0, 1];
  // Position 5 is not the original's. At 1 the errors are 1 and 0.5, at 3 both are 0.
  expect(compareWithTruth(truth, original, got, 2)).toEqual({
    rms: Math.sqrt(1 / 2) / 2,
    max: 0.5,
    original: { rms: Math.sqrt(0.25 / 2) / 2, max: 0.25 },
    ratio: 2,
  });
  expect(compareWithTruth({ values: [1], positions: Int32Array.of(9) }, original, got)).toBeUndefined();
});

test("not a number is infinitely wrong, and no error is no ratio", () => {
  expect(compareWithTruth({ values: [1] }, { values: [1.5] }, [Number.NaN])?.ratio).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(compareWithTruth({ values: [1] }, { values: [1.5] }, [1])?.ratio).toBe(0);
  expect(compareWithTruth({ values: [1] }, { values: [1] }, [1.5])?.ratio).toBe(Number.POSITIVE_INFINITY);
});

test("a tensor is whole or sampled, and must be that of its tap", () => {
  const truth = read({
    a: Float32Array.of(1, 2),
    "b.index": Int32Array.of(3),
    "b.value": Float32Array.of(7),
  });
  expect([...truth.names].sort()).toEqual(["a", "b"]);
  expect(truth.find(["x", "a"], [2])).toEqual({ values: Float64Array.of(1, 2) });
  expect(truth.find(["b"], [4])).toEqual({ values: Float64Array.of(7), positions: Int32Array.of(3) });
  expect(truth.find(["x"], [2])).toBeUndefined();
  expect(() => truth.find(["a"], [1, 2])).toThrow('t "a": expected [1, 2], got [2].');
  expect(() => truth.find(["b"], [3])).toThrow('t "b": expected positions from 0 to 2, got 3.');
  expect(() => read({ "b.index": Int32Array.of(3) }).find(["b"], [4])).toThrow("as many positions as values");
});

test("a map is read in either layout: the stated one, the only one that fits, or the given one", () => {
  const rows = Float32Array.of(0, 1, 2, 3, 4, 5);
  const file = (shape: number[], values = rows, metadata: Record<string, string> = {}) =>
    readTruth(safetensorsOf(new Map([["a", { shape, values }]]), metadata), "t");
  const turned = Float64Array.of(0, 3, 1, 4, 2, 5);
  expect(file([1, 2, 1, 3]).find(["a"], [1, 1, 3, 2], {})).toEqual({ values: turned });
  expect(file([1, 1, 3, 2]).find(["a"], [1, 1, 3, 2], {})).toEqual({ values: Float64Array.from(rows) });
  const stated = file([1, 1, 3, 2], rows, { layout: "NCHW" });
  expect(() => stated.find(["a"], [1, 1, 3, 2], {})).toThrow(
    "expected [1, 2, 1, 3] (NCHW), got [1, 1, 3, 2]",
  );
  const cube = file([1, 2, 2, 2], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  expect(() => cube.find(["a"], [1, 2, 2, 2], {})).toThrow("expected a stated layout");
  expect(cube.find(["a"], [1, 2, 2, 2], { layout: "NCHW" })?.values).toEqual(
    Float64Array.of(0, 4, 1, 5, 2, 6, 3, 7),
  );
  // Positions are those of the stated layout.
  const sampled = new Map<string, { shape: number[]; values: Stored }>([
    ["a.index", { shape: [2], values: Int32Array.of(1, 5) }],
    ["a.value", { shape: [2], values: Float32Array.of(1, 5) }],
  ]);
  const samples = readTruth(safetensorsOf(sampled, { "layout:a": "NCHW" }), "t");
  expect(samples.find(["a"], [1, 1, 3, 2], {})?.positions).toEqual(Int32Array.of(2, 5));
});

test("mutants of a file are read or refused with a typed error", async () => {
  const seed = fileOf({
    a: Float32Array.of(1, 2),
    "b.index": Int32Array.of(3),
    "b.value": Float32Array.of(7),
  });
  const run = async (bytes: Uint8Array) => {
    const truth = readTruth(bytes, "t");
    for (const name of truth.names) truth.find([name], [2]);
  };
  expect((await fuzz({ seeds: [seed], run, seed: 41 })).refused).toBeGreaterThan(0);
});

test("a report with float64 values has three more columns, one more line, and keys in JSON", async () => {
  const tap: MadeTap = { name: "x", shape: [1, 1, 2, 2], values: Float32Array.of(1, 2, 3, 4), std: 2 };
  const golden = await madeCase([tap, { ...tap, name: "y" }], { tap: { spread: 1 } });
  const value = tensor(shapeOf(1, 2, 2), Float32Array.of(1, 2, 3, 4.5));
  const exact = Float32Array.of(1, 2, 3, 4.25);
  const truth = {
    where: "t",
    names: ["x"],
    find: ([name]: readonly string[]) => (name === "x" ? { values: exact } : undefined),
  };
  const runner = {
    tapSource: (name: string) => ({ value: name }),
    run: async () => ({
      values: new Map([
        ["x", value],
        ["y", value],
      ]),
      unfused: new Set<string>(),
      decoded: undefined,
    }),
  };
  const report = await verifyCase({ ...golden, truth }, runner);
  expect(report.taps[0].truth).toEqual({
    rms: 0.0625,
    max: 0.125,
    original: { rms: 0.0625, max: 0.125 },
    ratio: 1,
  });
  expect(formatReport(report).split("\n").slice(1)).toEqual([
    "tap  largest    rms  tolerance  ratio  to float64  original's  of it",
    "x      0.25σ  0.13σ         1σ   0.25      0.063σ      0.063σ      1  ok",
    "y      0.25σ  0.13σ         1σ   0.25                                 ok",
    "rms errors against float64 at one tap, divided by the original's: worst 1, median 1, 100 % at most 1",
    "all 2 taps within tolerance",
  ]);
  const { truth: sums, taps } = reportJson(report) as { truth: object; taps: object[] };
  expect(sums).toEqual({ taps: 1, worst: 1, median: 1, atMost1: 1 });
  expect(taps[0]).toMatchObject({ name: "x", largest: 0.25, truth: { ratio: 1, original: { rms: 0.0625 } } });
  expect(Object.keys(taps[1])).not.toContain("truth");
});

test("the median of an even number of taps is the mean of the two in the middle", () => {
  const taps = [4, 1, 2, 0.5].map((ratio) => ({
    truth: { rms: 1, max: 1, original: { rms: 1, max: 1 }, ratio },
  }));
  expect(truthSummary(taps)).toEqual({ taps: 4, worst: 4, median: 1.5, atMost1: 0.5 });
  expect(truthSummary([{}])).toBeUndefined();
});
