import { expect } from "vitest";
import type { Detection } from "../../src/detection.ts";

/** Float32 sums in another order: far below what anybody sees. */
const PIXELS = 0.05;
const SCORE = 1e-4;

/** The same detections from two backends, up to their rounding. */
export function expectAlike(got: readonly Detection[], expected: readonly Detection[]): void {
  expect(got.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
  const far = got.flatMap(({ score, box, keypoints = [] }, i) => {
    const other = expected[i];
    const sides = (["xmin", "ymin", "xmax", "ymax"] as const).map((side) => box[side] - other.box[side]);
    const points = keypoints.flatMap(({ x, y }, k) => [
      x - (other.keypoints?.[k].x ?? Number.NaN),
      y - (other.keypoints?.[k].y ?? Number.NaN),
    ]);
    const pixels = Math.max(...[...sides, ...points].map(Math.abs));
    return pixels <= PIXELS && Math.abs(score - other.score) <= SCORE ? [] : [{ i, pixels, score }];
  });
  expect(far).toEqual([]);
}
