import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import type { CaseReport, TapReport } from "../../src/verify/verifyCase.ts";

const CLOSE: TapReport = {
  name: "conv1",
  role: "tap",
  shape: [1, 2, 2, 3],
  pass: true,
  unfused: true,
  compared: {
    measure: "spread",
    largest: 1.234e-5,
    rms: 2e-6,
    ratio: 0.00247,
    pass: true,
    worst: { index: 3, expected: 1, got: 1 },
    tolerance: { spread: 5e-3, spreadRms: 5e-4 },
  },
};

const INDEX: TapReport = {
  name: "decode.topk_index",
  role: "decode",
  shape: [1, 6],
  pass: true,
  unfused: false,
  compared: { measure: "absolute", largest: 0, rms: 0, ratio: 0, pass: true, tolerance: { absolute: 0 } },
};

const FAR: TapReport = {
  name: "head",
  role: "head",
  shape: [1, 2, 2, 3],
  meaning: "a map",
  pass: false,
  unfused: false,
  compared: {
    measure: "absolute",
    largest: 0.25,
    rms: 0.1,
    ratio: 1234,
    pass: false,
    worst: { index: 10, expected: 1.5, got: 1.75 },
    tolerance: { absolute: 2e-4, relative: 1e-3 },
  },
};

const UNMAPPED: TapReport = {
  name: "extra",
  role: "tap",
  shape: [1],
  pass: false,
  unfused: false,
  problem: "this tap is not mapped",
};

function reportOf(taps: TapReport[], toleranceReason?: string): CaseReport {
  const firstBeyond = taps.find(({ pass }) => !pass);
  return { name: "made", model: "m", source: "s", taps, firstBeyond, pass: !firstBeyond, toleranceReason };
}

test("one row a tap and the first that is beyond, with the element", () => {
  expect(formatReport(reportOf([CLOSE, INDEX, FAR, UNMAPPED]))).toBe(
    [
      "made (m; expected: s)",
      "tap                largest    rms                 tolerance   ratio",
      "conv1              1.2e-5σ  2e-6σ         0.005σ, rms 5e-4σ  0.0025  ok, unfused",
      "decode.topk_index        0      0                     exact       0  ok",
      "head                  0.25    0.1  2e-4 + 0.001 of expected    1200  BEYOND",
      "extra              BEYOND: this tap is not mapped",
      "unfused: inside a fused group, taken from a run of the unfused graph",
      "2 of 4 taps beyond; first head (a map): at [0, 1, 1, 1], element 10: expected 1.5, got 1.75",
    ].join("\n"),
  );
});

test("a case within its tolerances, under a stated reason", () => {
  const text = formatReport(reportOf([INDEX], "sums in float64"));
  expect(text).toMatch(/tolerances are not the case's own: sums in float64\nall 1 taps within tolerance$/);
});

test("a tap that could not be compared says why in the last line", () => {
  expect(formatReport(reportOf([UNMAPPED]))).toMatch(
    /1 of 1 taps beyond; first extra: this tap is not mapped$/,
  );
});
