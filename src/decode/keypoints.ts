import type { Tensor } from "../tensor.ts";
import { gatherChannels } from "./maps.ts";

/**
 * Where each instance's center says that its keypoints are, in cells, row-major [instances, keypoints]:
 *
 *     point[i, k] = center cell of i + regression[cell of i, k]
 *
 * `centerCells` are flat (y · width + x); the box offset is not added. `rows` is what the regression map holds
 * at each of them: pairs (y, x), one a keypoint, in cells. `width` is the map's.
 */
export function regressedKeypoints(centerCells: Int32Array, rows: Float32Array, width: number): Points {
  const keypoints = rows.length / 2 / Math.max(centerCells.length, 1);
  const cells = new Int32Array(centerCells.length * keypoints);
  centerCells.forEach((cell, instance) => {
    cells.fill(cell, instance * keypoints, (instance + 1) * keypoints);
  });
  return shiftedCells(cells, rows, width);
}

/** Cell (flat, y · width + x) plus its shift, in cells; `shifts` has a pair (y, x) a cell. */
export function shiftedCells(cells: Int32Array, shifts: Float32Array, width: number): Points {
  const y = new Float32Array(cells.length);
  const x = new Float32Array(cells.length);
  cells.forEach((cell, i) => {
    y[i] = Math.floor(cell / width) + shifts[2 * i];
    x[i] = (cell % width) + shifts[2 * i + 1];
  });
  return { y, x };
}

/**
 * A keypoint's shift within its cell: `cells[i]` belongs to keypoint i mod `keypoints`, whose pair it is, or
 * all keypoints share one. `shift` is [1, h, w, 2 · keypoints] or [1, h, w, 2].
 */
export function keypointShifts(cells: Int32Array, shift: Tensor): Float32Array {
  return gatherChannels(shift, cells, 2, (i) => (2 * i) % shift.shape[3]);
}

/**
 * What a pose network says of one person. Every position is a fraction of the network's input, (0, 0) its
 * top-left corner; keypoints may lie outside of it, nothing is clipped but where a decode says so.
 */
export interface Pose {
  /** From 0 to 1. */
  score: number;
  box: FractionBox;
  /** In the order of the network's channels (COCO: nose, left eye, … right ankle). */
  keypoints: PoseKeypoint[];
}

export interface FractionBox {
  ymin: number;
  xmin: number;
  ymax: number;
  xmax: number;
}

export interface PoseKeypoint {
  y: number;
  x: number;
  /** From 0 to 1. */
  score: number;
}

/** `count` points as two arrays, in the unit that the owner states. */
export interface Points {
  readonly y: Float32Array;
  readonly x: Float32Array;
}
