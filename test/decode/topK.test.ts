import fc from "fast-check";
import { expect, test } from "vitest";
import { argMax, topK } from "../../src/decode/peaks.ts";

test("equal values come by position, also where the list is full", () => {
  const { scores, indices } = topK(Float32Array.of(1, 3, 2, 3, 2, 3), 4);
  expect([...scores]).toEqual([3, 3, 3, 2]);
  expect([...indices]).toEqual([1, 3, 5, 2]);
});

test("a map without peaks gives its first cells", () => {
  expect([...topK(new Float32Array(9), 3).indices]).toEqual([0, 1, 2]);
});

test("fewer values than asked for, none asked for, none at all", () => {
  expect([...topK(Float32Array.of(1, 2), 6).indices]).toEqual([1, 0]);
  expect(topK(Float32Array.of(1, 2), 0).indices).toHaveLength(0);
  expect(topK(new Float32Array(0), 6).scores).toHaveLength(0);
});

test("NaN comes after every number", () => {
  const values = Float32Array.of(Number.NaN, -1, Number.NaN, Number.NEGATIVE_INFINITY, 5);
  expect([...topK(values, 4).indices]).toEqual([4, 1, 3, 0]);
  expect(argMax(values)).toBe(4);
});

/** Few different values, so that ties are common. */
const values = fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constant(Number.NaN)), {
  maxLength: 40,
});

test("is a stable sort, cut off", () => {
  const sortKey = (value: number) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 50 }), (list, k) => {
      const order = list.map((_, i) => i).sort((a, b) => sortKey(list[b]) - sortKey(list[a]) || a - b);
      const expected = order.slice(0, k);
      const { scores, indices } = topK(Float32Array.from(list), k);
      expect([...indices]).toEqual(expected);
      expect([...scores]).toEqual(expected.map((i) => list[i]));
    }),
  );
});

test("of one channel it is that of the channel alone", () => {
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 4 }),
      fc.nat(3),
      fc.nat(12),
      (list, channels, channel, k) => {
        const ofChannel = list.filter((_, i) => i >= channel && (i - channel) % channels === 0);
        const expected = topK(Float32Array.from(ofChannel), k);
        expect(topK(Float32Array.from(list), k, channel, channels)).toEqual(expected);
      },
    ),
  );
});

test("argMax is the first of the largest of its channel", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), fc.nat(3), (list, channels, channel) => {
      const ofChannel = list.filter((_, i) => i >= channel && (i - channel) % channels === 0);
      const numbers = ofChannel.filter((value) => !Number.isNaN(value));
      const expected = numbers.length === 0 ? 0 : ofChannel.indexOf(Math.max(...numbers));
      expect(argMax(Float32Array.from(list), channel, channels)).toBe(expected);
    }),
  );
});
