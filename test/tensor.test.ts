import { expect, test } from "vitest";
import { allFinite } from "../src/tensor.ts";

test("finite are all numbers of a map but NaN and the infinities, wherever they are", () => {
  expect(allFinite(new Float32Array([0, -0, 3.4e38, -3.4e38, 1e-45]))).toBe(true);
  expect(allFinite(new Float32Array())).toBe(true);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const place of [0, 2, 4])
      expect(allFinite(new Float32Array(5).fill(value, place, place + 1))).toBe(false);
  }
});
