import fc from "fast-check";
import { expect, test } from "vitest";
import { suppressNonPeaks } from "../../src/decode/peaks.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { localMaximum } from "../verify/goldenFiles.ts";

function peaksOf(height: number, width: number, values: readonly number[], tolerance: number): number[] {
  const heatmap = tensor(shapeOf(height, width, 1), Float32Array.from(values));
  return [...suppressNonPeaks(heatmap, localMaximum(heatmap), tolerance)];
}

test("of two neighbors the larger stays; closer than the tolerance both do", () => {
  expect(peaksOf(1, 4, [0.5, 0.25, 0, 0.75], 1e-6)).toEqual([0.5, 0, 0, 0.75]);
  const close = Math.fround(0.5 - 2 ** -22);
  expect(peaksOf(1, 3, [close, 0.5, 0], 1e-6)).toEqual([close, 0.5, 0]);
  expect(peaksOf(1, 3, [close, 0.5, 0], 1e-7)).toEqual([0, 0.5, 0]);
});

test("the tolerance itself is too far", () => {
  expect(peaksOf(1, 2, [0.5, 0.75], 0.25)).toEqual([0, 0.75]);
});

test("NaN is no peak", () => {
  expect(peaksOf(1, 2, [Number.NaN, Number.NaN], 1e-6)).toEqual([0, 0]);
});

test("a cell is kept exactly where no cell of its window is larger by the tolerance", () => {
  const map = fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
    .chain(([height, width]) =>
      fc.record({
        height: fc.constant(height),
        width: fc.constant(width),
        values: fc.array(fc.integer({ min: 0, max: 16 }), {
          minLength: height * width,
          maxLength: height * width,
        }),
      }),
    );
  fc.assert(
    fc.property(map, fc.integer({ min: 1, max: 3 }), ({ height, width, values }, tolerance) => {
      const expected = values.map((value, cell) => {
        const isNear = (other: number) =>
          Math.abs(Math.floor(other / width) - Math.floor(cell / width)) <= 2 &&
          Math.abs((other % width) - (cell % width)) <= 2;
        return values.some((larger, other) => isNear(other) && larger - value >= tolerance) ? 0 : value;
      });
      expect(peaksOf(height, width, values, tolerance)).toEqual(expected);
    }),
  );
});
