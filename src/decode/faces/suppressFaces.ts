import type { Suppression } from "../centerTrace.ts";
import { bestFirst, type FaceRows, type FaceSettings } from "./faceRows.ts";

/**
 * Greedy non-maximum suppression, rounded to float32 after every operation as in the original. By falling score, the
 * earlier cell first if scores are equal, a row is kept unless its overlap with a kept one reaches the limit.
 *
 * The rows that are dropped are added to `dropped`, if there is one.
 *
 * @returns the kept rows in the order of their cells, not of their scores.
 */
export function suppressFaces(
  { boxes, scores }: Pick<FaceRows, "boxes" | "scores">,
  { overlap: limit }: Pick<FaceSettings, "overlap">,
  dropped?: Map<number, Suppression>,
): Int32Array {
  const areas = Float32Array.from(scores, (_, row) => area(boxes, row));
  const kept: number[] = [];
  for (const row of bestFirst({ scores })) {
    const by = kept.find((better) => overlap(boxes, areas, better, row) >= Math.fround(limit));
    if (by === undefined) kept.push(row);
    else dropped?.set(row, { by, overlap: overlap(boxes, areas, by, row) });
  }
  return Int32Array.from(kept).sort();
}

/** Intersection over union. */
function overlap(boxes: Float32Array, areas: Float32Array, a: number, b: number): number {
  const side = (axis: number) => {
    const start = Math.max(boxes[a * 4 + axis], boxes[b * 4 + axis]);
    const end = Math.min(boxes[a * 4 + 2 + axis], boxes[b * 4 + 2 + axis]);
    return Math.max(Math.fround(end - start), 0);
  };
  const shared = Math.fround(side(0) * side(1));
  if (shared === 0) return 0;
  return Math.fround(shared / Math.fround(Math.fround(areas[a] + areas[b]) - shared));
}

function area(boxes: Float32Array, row: number): number {
  const [xmin, ymin, xmax, ymax] = boxes.subarray(row * 4, row * 4 + 4);
  return Math.fround(Math.fround(xmax - xmin) * Math.fround(ymax - ymin));
}
