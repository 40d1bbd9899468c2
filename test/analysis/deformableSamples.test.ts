import { expect, test } from "vitest";
import { deformableSamples } from "../../src/analysis/deformableSamples.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";

test("without offsets the samples are the 3x3 window, each counting half", () => {
  const samples = deformableSamples(tensor(shapeOf(4, 5, 27)), { row: 2, column: 3 });
  expect(samples).toHaveLength(9);
  expect(samples[0]).toEqual({ x: 2.5, y: 1.5, mask: 0.5 });
  expect(samples[4]).toEqual({ x: 3.5, y: 2.5, mask: 0.5 });
  expect(samples[5]).toEqual({ x: 4.5, y: 2.5, mask: 0.5 });
});

test("an offset goes down first, then to the right; the mask is a logit", () => {
  const map = tensor(shapeOf(4, 5, 27));
  const first = (2 * 5 + 3) * 27;
  map.data[first + 2 * 5] = -1.25;
  map.data[first + 2 * 5 + 1] = 0.5;
  map.data[first + 18 + 5] = Math.log(3);
  const sample = deformableSamples(map, { row: 2, column: 3 })[5];
  expect(sample.x).toBe(5);
  expect(sample.y).toBe(1.25);
  expect(sample.mask).toBeCloseTo(0.75, 6);
});

test("another map or a cell outside is refused", () => {
  expect(() => deformableSamples(tensor(shapeOf(4, 5, 18)), { row: 0, column: 0 })).toThrow("27 channels");
  expect(() => deformableSamples(tensor(shapeOf(4, 5, 27)), { row: 4, column: 0 })).toThrow(
    "row 4, column 0",
  );
});
