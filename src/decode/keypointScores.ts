import type { Tensor } from "../tensor.ts";
import type { Points } from "./pose.ts";
import { squaredDistance } from "./squaredDistance.ts";

/**
 * The multi-person keypoint rule with one Gaussian for all (Object Detection API:
 * `prediction_to_keypoints_argmax`, ranking `gaussian_weighted_const`):
 *
 *     rescored[y, x, i, k] = heatmap[y, x, k] · exp(-d² / denominator)   inside instance i's box, else 0
 *
 * where d is the distance in cells from (y, x) to the instance's regressed keypoint, and a cell is inside
 * where ymin ≤ y < ymax and xmin ≤ x < xmax. Rounded to float32 after each operation as the original.
 */
export interface GaussianCandidates {
  /** [1, h, w, keypoints], probabilities. */
  readonly heatmap: Tensor;
  /** Rows of (ymin, xmin, ymax, xmax) in cells. */
  readonly boxes: Float32Array;
  /** [instances, keypoints], in cells. */
  readonly regressed: Points;
  /** Square cells. */
  readonly denominator: number;
}

/** The original's width of the Gaussian: `ratio` of the map's shorter side, as a float32. */
export function gaussianDenominator(height: number, width: number, ratio: number): number {
  return Math.fround(Math.min(height, width) * ratio);
}

/** `rescored` of the formula at one flat cell. */
export function gaussianScore(
  candidates: GaussianCandidates,
  cell: number,
  instance: number,
  keypoint: number,
): number {
  const { heatmap, boxes, regressed, denominator } = candidates;
  const [, , width, keypoints] = heatmap.shape;
  const y = Math.floor(cell / width);
  const x = cell % width;
  const box = instance * 4;
  if (y < boxes[box] || x < boxes[box + 1] || y >= boxes[box + 2] || x >= boxes[box + 3]) return 0;
  const point = instance * keypoints + keypoint;
  const squared = squaredDistance(y, x, regressed.y[point], regressed.x[point]);
  const gaussian = Math.fround(Math.exp(Math.fround(-squared / denominator)));
  return Math.fround(heatmap.data[cell * keypoints + keypoint] * gaussian);
}

/**
 * The best cell (flat) of each instance and keypoint, row-major; the first of equals, and cell 0 where the
 * box holds none above 0.
 */
export function gaussianCells(candidates: GaussianCandidates): Int32Array {
  const keypoints = candidates.heatmap.shape[3];
  const instances = candidates.boxes.length / 4;
  return Int32Array.from({ length: instances * keypoints }, (_, i) => {
    return bestCell(candidates, Math.floor(i / keypoints), i % keypoints);
  });
}

function bestCell(candidates: GaussianCandidates, instance: number, keypoint: number): number {
  const { heatmap, boxes } = candidates;
  const [, , width, keypoints] = heatmap.shape;
  const [ymin, xmin, ymax, xmax] = boxes.subarray(instance * 4, instance * 4 + 4);
  let best = 0;
  let bestAt = 0;
  for (let y = Math.ceil(ymin); y < ymax; y++) {
    for (let x = Math.ceil(xmin); x < xmax; x++) {
      const cell = y * width + x;
      // The Gaussian is at most 1, so this spares nearly all exponentials.
      if (heatmap.data[cell * keypoints + keypoint] <= best) continue;
      const score = gaussianScore(candidates, cell, instance, keypoint);
      if (score > best) {
        best = score;
        bestAt = cell;
      }
    }
  }
  return bestAt;
}

/**
 * The score of each chosen cell, [instances, keypoints]: the largest `rescored` that any instance, not only
 * its own, has there.
 */
export function gaussianKeypointScores(candidates: GaussianCandidates, cells: Int32Array): Float32Array {
  const keypoints = candidates.heatmap.shape[3];
  const instances = candidates.boxes.length / 4;
  return Float32Array.from(cells, (cell, i) => {
    let largest = 0;
    for (let instance = 0; instance < instances; instance++) {
      largest = Math.max(largest, gaussianScore(candidates, cell, instance, i % keypoints));
    }
    return largest;
  });
}
