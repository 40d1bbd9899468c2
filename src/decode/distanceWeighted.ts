import { type Tensor, tensor } from "../tensor.ts";
import type { Points } from "./pose.ts";
import { squaredDistance } from "./squaredDistance.ts";

/**
 * MoveNet's single-person rule ("Next-Generation Pose Detection with MoveNet and TensorFlow.js", TensorFlow
 * blog, 2021; Object Detection API: `prediction_to_single_instance_keypoints`): whoever is nearest the
 * middle, and each keypoint nearest to where that person's centre says.
 */

/** heatmap · weights, cell by cell; `weights` [h, w] fall with the distance to the picture's middle. */
export function weightedCenters(heatmap: Tensor, weights: Float32Array): Float32Array {
  return heatmap.data.map((score, cell) => score * weights[cell]);
}

/**
 *     rescored[y, x, k] = heatmap[y, x, k] / (distance from (y, x) to expected[k] + distanceOffset)
 *
 * `heatmap` is [1, h, w, keypoints]; `expected` holds one point a keypoint; distances in cells. Each
 * operation is rounded to float32 as in the original, so that the same cell wins.
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
