import type { InputSize } from "../../../models/model.ts";
import type { Calculation } from "./calculation.ts";
import { type OnnxMap, type OnnxMaps, type OnnxPeaks, pairs, readAt } from "./mapReader.ts";

/** What a decode found, as names of values. A row of score 0 is no detection. */
export interface OnnxDetections {
  /** How many rows there are, whatever is found. */
  readonly count: number;
  /** [count, 4]. */
  readonly boxes: string;
  /** [count]. */
  readonly scores: string;
  /** [count], channels of the heatmap. */
  readonly classes: string;
  /** [count, keypoints, 3]. */
  readonly keypoints?: string;
}

/**
 * Boxes around the centers, in cells and clipped to the map: rows of (ymin, xmin, ymax, xmax). The formula is that of
 * `boxesInCells`.
 */
export function boxesInCells(c: Calculation, maps: OnnxMaps, peaks: OnnxPeaks): string {
  c.step("boxes");
  const { boxSize } = maps;
  const boxOffset: OnnxMap | undefined = maps.boxOffset;
  const [, height, width] = boxSize.shape;
  const middle = c.add(
    pairs(c, peaks.y, peaks.x),
    boxOffset ? readAt(c, boxOffset, peaks.cells) : c.float(0.5),
  );
  const half = c.divide(c.larger(readAt(c, boxSize, peaks.cells), c.float(0)), c.float(2));
  const sides = c.floats([2], [height, width]);
  const start = c.clip(c.subtract(middle, half), sides);
  const end = c.clip(c.add(middle, half), sides);
  return c.concat([start, end], 1);
}

/** As rows of (xmin, ymin, xmax, ymax) in pixels of the input, clipped to it. */
export function boxesInPixels(
  c: Calculation,
  boxes: string,
  stride: number,
  { height, width }: InputSize,
): string {
  const turned = c.gather(boxes, c.integers([1, 0, 3, 2]), 1);
  const pixels = c.multiply(turned, c.float(stride));
  return c.smaller(pixels, c.floats([4], [width, height, width, height]));
}

/** Points [rows, keypoints] in cells with their scores, as [rows, keypoints, 3]: x and y in pixels of the input, score. */
export function keypointRows(
  c: Calculation,
  { y, x, scores }: { readonly y: string; readonly x: string; readonly scores: string },
  stride: number,
): string {
  const cell = c.float(stride);
  const parts = [c.multiply(x, cell), c.multiply(y, cell), scores];
  return c.concat(
    parts.map((part) => c.widen(part, 2)),
    2,
  );
}

/**
 * Scores of instances by their keypoints' [rows, keypoints], as `instanceScores`: center score times the mean of the
 * keypoints' scores above the threshold.
 */
export function instanceScores(
  c: Calculation,
  centers: string,
  keypoints: string,
  threshold: number,
): string {
  const counts = c.isLess(c.float(threshold), keypoints);
  const products = c.multiply(c.widen(centers, 1), keypoints);
  const sum = c.sum(c.choose(counts, products, c.float(0)), 1);
  const count = c.sum(c.toFloat(counts), 1);
  return c.multiply(c.divide(c.float(1), c.larger(count, c.float(1))), sum);
}
