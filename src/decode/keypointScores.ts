import { type Tensor, tensor } from "../tensor.ts";
import type { Points } from "./keypoints.ts";

/**
 * How a keypoint's cell is chosen if there are several persons: the heatmap is weighted with one Gaussian for
 * all (Object Detection API: `prediction_to_keypoints_argmax`, ranking `gaussian_weighted_const`):
 *
 *     rescored[y, x, i, k] = heatmap[y, x, k] · exp(-d² / denominator)   inside instance i's box, else 0
 *
 * Here d is the distance in cells from (y, x) to the instance's regressed keypoint. A cell is inside the box
 * if ymin ≤ y < ymax and xmin ≤ x < xmax. Rounded to float32 after each operation like the original.
 */
export interface GaussianCandidates {
  /** [1, h, w, keypoints], probabilities. */
  readonly heatmap: Tensor;
  /** Rows of (ymin, xmin, ymax, xmax) in cells. */
  readonly boxes: Float32Array;
  /** [instances, keypoints], in cells. */
  readonly regressed: Points;
  /** In cells squared. */
  readonly denominator: number;
}

/** The original's width of the Gaussian: `ratio` times the map's shorter side, as a float32. */
export function gaussianDenominator(height: number, width: number, ratio: number): number {
  return Math.fround(Math.min(height, width) * ratio);
}

/** The formula's `rescored` at one cell (flat). */
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
 * The best cell (flat) for each instance and keypoint, [instances, keypoints]. Of equal cells the first wins;
 * the result is cell 0 if no cell of the box scores above 0.
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
  const { data: scores } = heatmap;
  const [, , width, keypoints] = heatmap.shape;
  const [ymin, xmin, ymax, xmax] = boxes.subarray(instance * 4, instance * 4 + 4);
  let best = 0;
  let bestAt = 0;
  for (let y = Math.ceil(ymin); y < ymax; y++) {
    for (let x = Math.ceil(xmin); x < xmax; x++) {
      const cell = y * width + x;
      // The Gaussian is at most 1, so this avoids nearly all exponentials.
      if (scores[cell * keypoints + keypoint] <= best) continue;
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
 * The score of each chosen cell, [instances, keypoints]: the largest `rescored` there over all instances, not
 * just the one that chose the cell.
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

// MoveNet's rule for a single person ("Next-Generation Pose Detection with MoveNet and TensorFlow.js",
// TensorFlow blog, 2021; Object Detection API: `prediction_to_single_instance_keypoints`): prefer the person
// nearest to the middle of the image, and keypoints near to where that person's center expects them.

/**
 * heatmap · weights, cell by cell. `weights` [h, w] decrease with the distance from the middle of the image.
 */
export function weightedCenters(heatmap: Tensor, weights: Float32Array): Float32Array {
  return heatmap.data.map((score, cell) => score * weights[cell]);
}

/**
 *     rescored[y, x, k] = heatmap[y, x, k] / (distance from (y, x) to expected[k] + distanceOffset)
 *
 * `heatmap` is [1, h, w, keypoints]; `expected` holds one point per keypoint; distances are in cells. Each
 * operation is rounded to float32 like the original, so that the same cell wins.
 */
export function distanceRescored(heatmap: Tensor, expected: Points, distanceOffset: number): Tensor {
  const [, height, width, keypoints] = heatmap.shape;
  const rescored = tensor(heatmap.shape);
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < keypoints; k++, i++) {
        const squared = squaredDistance(y, x, expected.y[k], expected.x[k]);
        const divisor = Math.fround(Math.fround(Math.sqrt(squared)) + distanceOffset);
        rescored.data[i] = heatmap.data[i] / divisor;
      }
    }
  }
  return rescored;
}

/**
 * The squared distance of two points as TensorFlow.js computes it: squares and their sum are rounded to
 * float32, differences are not. (TensorFlow rounds those too; `refineKeypoints.ts` follows it.)
 */
export function squaredDistance(y: number, x: number, otherY: number, otherX: number): number {
  const alongY = Math.fround((y - otherY) ** 2);
  const alongX = Math.fround((x - otherX) ** 2);
  return Math.fround(alongY + alongX);
}

/**
 * Scores each instance by its center and its keypoints (Object Detection API: `rescore_instances`):
 *
 *     score = center score · mean of the keypoint scores above the threshold;  0 if none is above
 *
 * `keypointScores` is [instances, keypoints]. These are rounded to float32 like the original: each product,
 * the sum of the products, the reciprocal of their number, and sum times reciprocal.
 */
export function instanceScores(
  centerScores: Float32Array,
  keypointScores: Float32Array,
  threshold: number,
): Float32Array {
  const keypoints = keypointScores.length / centerScores.length;
  return centerScores.map((centerScore, instance) => {
    const scores = keypointScores.subarray(instance * keypoints, (instance + 1) * keypoints);
    let sum = 0;
    let count = 0;
    for (const score of scores) {
      if (score <= threshold) continue;
      sum += Math.fround(centerScore * score);
      count++;
    }
    return Math.fround(1 / Math.max(count, 1)) * Math.fround(sum);
  });
}
