import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare, EXACT, standardDeviation } from "../../src/verify/compare.ts";

const expected = { values: Float32Array.of(1, -2, 4, 0), std: 2 };

describe("spread", () => {
  test("differences are divided by the expected tensor's standard deviation", () => {
    const result = compare(expected, [1, -2.5, 4, 0], { spread: 0.5, spreadRms: 0.25 });
    expect(result).toEqual({
      measure: "spread",
      largest: 0.25,
      rms: 0.125,
      ratio: 0.5,
      pass: true,
      worst: { index: 1, expected: -2, got: -2.5 },
    });
  });

  test("just beyond fails, just within passes", () => {
    expect(compare(expected, [1, -2, 5, 0], { spread: 0.5 }).pass).toBe(true);
    expect(compare(expected, [1, -2, 5.001, 0], { spread: 0.5 }).pass).toBe(false);
  });

  test("many small differences fail by their RMS alone", () => {
    const result = compare(expected, [1.1, -1.9, 4.1, 0.1], { spread: 0.5, spreadRms: 0.04 });
    expect(result.pass).toBe(false);
    expect(result.ratio).toBeCloseTo(1.25, 5);
  });

  test("without a stated deviation it is computed from the whole tensor", () => {
    const { values } = expected;
    const std = standardDeviation(values);
    expect(std).toBeCloseTo(2.165064, 5);
    expect(compare({ values }, [1, -2, 4, 1], { spread: 1 }).largest).toBeCloseTo(1 / std, 12);
  });

  test("a constant tensor allows nothing but itself", () => {
    const constant = { values: Float32Array.of(3, 3), std: 0 };
    expect(compare(constant, [3, 3], { spread: 1e-3 })).toMatchObject({ pass: true, largest: 0 });
    expect(compare(constant, [3, 3.1], { spread: 1e-3 })).toMatchObject({ pass: false, ratio: Infinity });
  });
});

describe("absolute and relative", () => {
  test("they add up", () => {
    const tolerance = { absolute: 0.5, relative: 0.25 };
    expect(compare(expected, [1.75, -2, 5.5, 0], tolerance)).toMatchObject({
      measure: "absolute",
      ratio: 1,
      pass: true,
    });
    expect(compare(expected, [1, -2, 4, 0.75], tolerance)).toMatchObject({
      pass: false,
      worst: { index: 3 },
    });
  });

  test("the worst element is the one nearest to its own limit, not the one farthest off", () => {
    const { worst, largest } = compare(expected, [1, -2, 5, 0.1], { absolute: 0.05, relative: 0.5 });
    expect(worst?.index).toBe(3);
    expect(largest).toBe(1);
  });
});

test("exact means exact", () => {
  expect(compare({ values: Int32Array.of(7, 8) }, [7, 8], EXACT).pass).toBe(true);
  expect(compare({ values: Int32Array.of(7, 8) }, [7, 9], EXACT)).toMatchObject({
    pass: false,
    worst: { index: 1, expected: 8, got: 9 },
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined])("%s is infinitely far off", (value) => {
  const got = [1, -2, value as number, 0];
  for (const tolerance of [{ spread: 1e9 }, { absolute: 1e9 }, { spreadRms: 1e9 }, { relative: 1e9 }]) {
    const result = compare(expected, got, tolerance);
    expect(result).toMatchObject({ pass: false, largest: Infinity, ratio: Infinity, worst: { index: 2 } });
  }
});

test("NaN and infinity where they are expected are no difference", () => {
  const values = Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY);
  expect(compare({ values, std: 1 }, values, { absolute: 0, spread: 0 }).pass).toBe(true);
});

test("samples are compared at their positions", () => {
  const sampled = { values: Float32Array.of(5, 6), positions: Int32Array.of(3, 1), std: 1 };
  expect(compare(sampled, [0, 6, 0, 5], { spread: 0 }).pass).toBe(true);
  expect(compare(sampled, [0, 6, 0, 4], { spread: 0.5 }).worst).toEqual({ index: 3, expected: 5, got: 4 });
});

test("an empty tensor passes", () => {
  const result = compare({ values: new Float32Array(0) }, [], { spread: 1e-3 });
  expect(result).toEqual({ measure: "spread", largest: 0, rms: 0, ratio: 0, pass: true, worst: undefined });
});

test("passes exactly where every element and the RMS are within what is stated", () => {
  const number = fc.float({ min: -8, max: 8, noNaN: true });
  const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 });
  const limit = fc.option(fc.double({ min: 0, max: 4, noNaN: true }), { nil: undefined });
  const tolerances = fc.record({ spread: limit, spreadRms: limit, absolute: limit, relative: limit });
  fc.assert(
    fc.property(pairs, tolerances, fc.double({ min: 0.1, max: 4, noNaN: true }), (rows, tolerance, std) => {
      const values = rows.map(([value]) => value);
      const got = rows.map(([, value]) => value);
      const off = rows.map(([value, other]) => Math.abs(value - other));
      const { spread, spreadRms, absolute, relative } = tolerance;
      const rms = Math.sqrt(off.reduce((sum, value) => sum + value * value, 0) / off.length);
      const isBound = absolute !== undefined || relative !== undefined;
      const within =
        off.every((value) => value <= (spread ?? Infinity) * std) &&
        rms <= (spreadRms ?? Infinity) * std &&
        (!isBound ||
          off.every((value, i) => value <= (absolute ?? 0) + (relative ?? 0) * Math.abs(values[i])));
      expect(compare({ values, std }, got, tolerance).pass).toBe(within);
    }),
  );
});
