import fc from "fast-check";
import { expect, test } from "vitest";
import { shapeOf, tensor } from "../../src/tensor.ts";
import {
  channelStatistics,
  histogramOf,
  quantilesOf,
  statisticsOf,
} from "../../src/visualization/statistics.ts";

const { NaN: NAN, POSITIVE_INFINITY: INFINITY } = Number;

test("counts zeros, NaN and infinities, and takes the rest from the finite numbers", () => {
  expect(statisticsOf([1, -1, 0, -0, NAN, INFINITY, -INFINITY, 4])).toEqual({
    count: 8,
    min: -1,
    max: 4,
    mean: 0.8,
    deviation: expect.closeTo(Math.sqrt(14.8 / 5), 12),
    zeros: 2,
    nan: 1,
    infinite: 2,
  });
  const none = statisticsOf([NAN]);
  expect(none).toEqual({
    count: 1,
    min: NAN,
    max: NAN,
    mean: NAN,
    deviation: NAN,
    zeros: 0,
    nan: 1,
    infinite: 0,
  });
  expect(statisticsOf([]).count).toBe(0);
});

test("a small deviation around a large mean is kept", () => {
  const { mean, deviation } = statisticsOf([1e8 - 1, 1e8 + 1, 1e8 - 1, 1e8 + 1]);
  expect([mean, deviation]).toEqual([1e8, 1]);
});

test("each channel has its own statistics", () => {
  const map = tensor(shapeOf(1, 3, 2), Float32Array.of(1, -5, 2, 0, 3, NAN));
  const [first, second] = channelStatistics(map);
  expect(first).toMatchObject({ count: 3, min: 1, max: 3, mean: 2, zeros: 0, nan: 0 });
  expect(second).toMatchObject({ count: 3, min: -5, max: 0, mean: -2.5, zeros: 1, nan: 1 });
});

test("a histogram counts each number once, the largest in the last bin", () => {
  const histogram = histogramOf([0, 1, 2, 3, 4, NAN], { bins: 4 });
  expect(histogram).toEqual({ min: 0, max: 4, counts: [1, 1, 1, 2], below: 0, above: 0, nan: 1 });
  expect(histogramOf([-1, 0, 0.5, 1, INFINITY], { bins: 2, min: 0, max: 1 })).toMatchObject({
    counts: [1, 2],
    below: 1,
    above: 1,
  });
  expect(histogramOf([7, 7], { bins: 3 })).toMatchObject({ min: 7, max: 7, counts: [2, 0, 0] });
  expect(histogramOf([], { bins: 2 }).counts).toEqual([0, 0]);
  fc.assert(
    fc.property(fc.array(fc.float()), (numbers) => {
      const { counts, below, above, nan } = histogramOf(numbers);
      const sum = counts.reduce((total, count) => total + count, below + above + nan);
      expect(sum).toBe(numbers.length);
    }),
    { numRuns: 100 },
  );
});

test("quantiles are numbers of the list, in order, without those that are not finite", () => {
  const numbers = Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
  expect(quantilesOf([...numbers, NAN, INFINITY], [0, 0.01, 0.5, 0.99, 1])).toEqual([0, 1, 50, 99, 100]);
  expect(quantilesOf([NAN], [0.5])).toEqual([NAN]);
});
