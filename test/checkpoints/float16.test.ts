import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bfloat16ToNumber,
  float16sToFloat32,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
} from "../../src/checkpoints/bytes/float16.ts";

const isNaNHalf = (half: number) => (half & 0x7fff) > 0x7c00;

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])("half 0x%s is %d", (half, value) => {
  expect(float16ToNumber(half)).toBe(value);
});

test("every half widens and narrows back to itself; NaN stays NaN", () => {
  for (let half = 0; half < 0x10000; half++) {
    const back = numberToFloat16(float16ToNumber(half));
    if (isNaNHalf(half)) expect(isNaNHalf(back)).toBe(true);
    else if (back !== half) expect(back).toBe(half);
  }
});

test("many halves widen as one does, to the bit", () => {
  const halves = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
  const many = float16sToFloat32(new Uint8Array(halves.buffer));
  const single = Float32Array.from(halves, float16ToNumber);
  for (const half of halves) if (!Object.is(many[half], single[half])) expect(many[half]).toBe(single[half]);
});

test("every bfloat16 widens and narrows back to itself; NaN stays NaN", () => {
  for (let half = 0; half < 0x10000; half++) {
    const back = numberToBfloat16(bfloat16ToNumber(half));
    if ((half & 0x7fff) > 0x7f80) expect(bfloat16ToNumber(back)).toBeNaN();
    else if (back !== half) expect(back).toBe(half);
  }
});

test("between two neighboring halves: below the middle down, above it up, on it to the even one", () => {
  for (let half = 0; half < 0x7bff; half++) {
    const low = float16ToNumber(half);
    const middle = (low + float16ToNumber(half + 1)) / 2; // exact in float32: one bit more than a half
    const step = middle * 2 ** -22;
    const got = [middle - step, middle, middle + step].map(numberToFloat16);
    const expected = [half, half + (half & 1), half + 1];
    if (got.join() !== expected.join()) expect(got, `between ${half} and the next`).toEqual(expected);
  }
});

test.each([
  [65519.99609375, 0x7bff],
  [65520, 0x7c00], // the tie between 65504 and what would be 65536
  [1e38, 0x7c00],
  [-1e38, 0xfc00],
  [2 ** -25, 0],
  [2 ** -25 * 1.0000001192092896, 1],
  [1e-40, 0],
])("%d narrows to half %d", (value, half) => {
  expect(numberToFloat16(value)).toBe(half);
});

test("narrowing chooses the nearest half of any float32", () => {
  const float = fc.float({ noNaN: true, min: -65504, max: 65504 });
  fc.assert(
    fc.property(float, (value) => {
      const half = numberToFloat16(value);
      const error = Math.abs(float16ToNumber(half) - value);
      for (const neighbor of [half - 1, half + 1]) {
        const other = float16ToNumber(neighbor & 0xffff);
        if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - value));
      }
    }),
  );
});
