import fc from "fast-check";
import { expect, test } from "vitest";
import { topPeaks } from "../../src/decode/peaks.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";

/** Few different values, so that ties and plateaus are common, and steps just below the tolerance. */
const value = fc.constantFrom(0, 0.25, 0.5, Math.fround(0.5 + 5e-7), 0.75, 1, Number.NaN);
const side = fc.integer({ min: 1, max: 6 });
const kernel = fc.integer({ min: 0, max: 6 });
const maps = fc.tuple(side, side, fc.integer({ min: 1, max: 3 })).chain(([height, width, channels]) => {
  const count = height * width * channels;
  return fc
    .array(value, { minLength: count, maxLength: count })
    .map((values) => tensor(shapeOf(height, width, channels), Float32Array.from(values)));
});

test("an even window reaches one further down and to the right", () => {
  const map = tensor(shapeOf(3, 3, 1), Float32Array.of(0.25, 0.5, 0, 0, 0, 0, 0, 0.75, 0));
  const { scores, indices } = topPeaks(map, 3, 2);
  expect([...scores]).toEqual([0.75, 0.5, 0]);
  expect([...indices]).toEqual([7, 1, 0]);
});

test("are the peaks of the whole map, sorted stably, then the rest as zeros", () => {
  fc.assert(
    fc.property(maps, kernel, fc.nat(40), (map, size, k) => {
      const [, height, width, channels] = map.shape;
      const before = Math.floor((size - 1) / 2);
      const peaks = Array.from(map.data, (own, i) => {
        if (size <= 1) return Number.isNaN(own) ? -1 : own;
        const cell = Math.floor(i / channels);
        const top = Math.floor(cell / width) - before;
        const left = (cell % width) - before;
        const around = map.data.filter((_, other) => {
          const [y, x] = [Math.floor(other / channels / width), Math.floor(other / channels) % width];
          const isNear = y >= top && y < top + size && x >= left && x < left + size;
          return isNear && other % channels === i % channels;
        });
        return Math.abs(own - Math.max(...around)) < 1e-6 ? own : 0;
      });
      const order = peaks.map((_, i) => i).sort((a, b) => peaks[b] - peaks[a] || a - b);
      expect([...topPeaks(map, k, size).indices]).toEqual(order.slice(0, k));

      const channel = k % channels;
      const ofChannel = order.filter((i) => i % channels === channel).map((i) => Math.floor(i / channels));
      const found = topPeaks(map, height * width, size, { start: channel, step: channels });
      expect([...found.indices]).toEqual(ofChannel);
    }),
  );
});
