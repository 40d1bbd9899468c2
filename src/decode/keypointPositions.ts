import type { Tensor } from "../tensor.ts";
import type { Points } from "./pose.ts";

/**
 * Where each instance's centre says that its keypoints are, in cells, row-major [instances, keypoints]:
 *
 *     point[i, k] = centre cell of i + regression[cell of i, k]
 *
 * `centerCells` are flat (y · width + x); the box offset is not added. `regression` is
 * [1, h, w, 2 · keypoints], pairs (y, x), in cells.
 */
export function regressedKeypoints(centerCells: Int32Array, regression: Tensor): Points {
  const keypoints = regression.shape[3] / 2;
  const cells = new Int32Array(centerCells.length * keypoints);
  centerCells.forEach((cell, instance) => {
    cells.fill(cell, instance * keypoints, (instance + 1) * keypoints);
  });
  return shiftedCells(cells, regression);
}

/**
 * Cell plus the shift read there, in cells: `cells[i]` (flat, y · width + x) belongs to keypoint
 * i mod keypoints. `shift` is [1, h, w, 2 · keypoints], pairs (y, x): a keypoint's sub-cell offset.
 */
export function shiftedCells(cells: Int32Array, shift: Tensor): Points {
  const [, , width, channels] = shift.shape;
  const y = new Float32Array(cells.length);
  const x = new Float32Array(cells.length);
  cells.forEach((cell, i) => {
    const channel = cell * channels + ((2 * i) % channels);
    y[i] = Math.floor(cell / width) + shift.data[channel];
    x[i] = (cell % width) + shift.data[channel + 1];
  });
  return { y, x };
}
