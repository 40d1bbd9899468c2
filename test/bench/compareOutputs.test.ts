import { expect, test } from "vitest";
import { compareOutputs } from "../../bench/compareOutputs.ts";
import { caseData } from "../../src/kernels/opCase.ts";

const shape = [1, 8, 8, 4];
const map = { shape, data: caseData(shape, 1) };

test("outputs that differ by rounding agree, and the largest difference is told in standard deviations", () => {
  const data = map.data.map((value) => value * (1 + 1e-4));
  expect(compareOutputs("peer", { map }, { map: { shape, data } })).toBeCloseTo(1.73e-4, 5);
});

test("one wrong number, a shift, a missing number and another shape are refused", () => {
  const faults = [
    map.data.map((value, index) => (index === 7 ? value + 0.1 : value)),
    map.data.map((_, index) => map.data[(index + 4) % map.data.length]),
    map.data.map((value, index) => (index === 7 ? Number.NaN : value)),
    map.data.map((value) => value * 1.001 + 0.001),
  ];
  for (const data of faults) {
    expect(() => compareOutputs("peer", { map }, { map: { shape, data } })).toThrow(
      /^map of peer: expected the numbers of centernet within 0\.005 \(rms 0\.0005\), got .* no time of it means anything\.$/,
    );
  }
  const reshaped = { shape: [1, 4, 16, 4], data: map.data };
  expect(() => compareOutputs("peer", { map }, { map: reshaped })).toThrow("got [1, 4, 16, 4]");
  expect(() => compareOutputs("peer", { map }, { other: map })).toThrow("the shape of an output here");
});

test("a peer without outputs is refused", () => {
  expect(() => compareOutputs("peer", { map }, {})).toThrow("peer: expected outputs, got none.");
});
