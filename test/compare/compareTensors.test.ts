import fc from "fast-check";
import { expect, test } from "vitest";
import { compareTensors } from "../../src/compare/compareTensors.ts";
import { shapeOf } from "../../src/tensor.ts";

const map = (...values: number[]) => ({
  shape: shapeOf(1, values.length, 1),
  data: Float32Array.from(values),
});

test("differences are in standard deviations of the second tensor, the worst with its place and both values", () => {
  const a = { shape: shapeOf(2, 1, 2), data: Float32Array.of(1, -2.5, 4, 0) };
  const b = { shape: shapeOf(2, 1, 2), data: Float32Array.of(1, -2, 4, 0.25) };
  const std = Math.sqrt((0.1875 ** 2 + 2.8125 ** 2 + 3.1875 ** 2 + 0.5625 ** 2) / 4);
  const difference = compareTensors(a, b);
  expect(difference.std).toBeCloseTo(std, 12);
  expect(difference.max).toBeCloseTo(0.5 / std, 12);
  expect(difference.rms).toBeCloseTo(Math.sqrt((0.25 + 0.0625) / 4) / std, 12);
  expect(difference.worst).toEqual({ index: 1, position: [0, 0, 0, 1], a: -2.5, b: -2 });
});

test("equal tensors have no worst element, also where they are constant, empty, NaN or infinite", () => {
  for (const values of [[1, 2], [3, 3], [], [Number.NaN, 1, Number.POSITIVE_INFINITY]]) {
    const difference = compareTensors(map(...values), map(...values));
    expect(difference).toMatchObject({ max: 0, rms: 0 });
    expect(difference).not.toHaveProperty("worst");
  }
});

test("NaN or infinity in place of a number is an infinite difference, and so is any from a constant", () => {
  const infinite = { max: Number.POSITIVE_INFINITY, rms: Number.POSITIVE_INFINITY };
  expect(compareTensors(map(1, Number.NaN, 2), map(1, 1.5, 2))).toMatchObject({
    ...infinite,
    worst: { index: 1 },
  });
  expect(compareTensors(map(1, 1.5, 2), map(1, Number.NaN, 2))).toMatchObject({
    ...infinite,
    worst: { index: 1 },
  });
  expect(compareTensors(map(1, 2), map(Number.NEGATIVE_INFINITY, 2))).toMatchObject(infinite);
  expect(compareTensors(map(0, 1e-9), map(0, 0))).toMatchObject({ ...infinite, std: 0 });
});

test("float64 of a dump is not rounded before it is compared", () => {
  const b = { shape: shapeOf(1, 2, 1), data: Float64Array.of(0.1, 2.1) };
  const { max } = compareTensors(map(0.1, 2.1), b);
  expect(max).toBe(Math.abs(Math.fround(2.1) - 2.1));
});

test("tensors of two shapes are refused", () => {
  expect(() => compareTensors(map(1, 2), map(1, 2, 3))).toThrow(
    "compareTensors: expected two tensors of one shape, here [1, 1, 2, 1], got [1, 1, 3, 1].",
  );
});

test("a shift and a scale of both change the difference by nothing but rounding", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.nat(), (numbers, place) => {
      const changed = numbers.map((value, i) => (i === place % numbers.length ? value + 1 : value));
      const once = compareTensors(map(...changed), map(...numbers));
      const scaled = (list: number[]) => map(...list.map((value) => value * 4 + 8));
      const twice = compareTensors(scaled(changed), scaled(numbers));
      if (once.std > 0) expect(twice.max / once.max).toBeCloseTo(1, 9);
      expect(twice.worst?.index).toBe(once.worst?.index);
    }),
  );
});
