import type { Tensor } from "../tensor.ts";
import { gatherChannels } from "./maps.ts";

/**
 * The keypoints of each instance as regressed at its center cell:
 *
 *     point[i, k] = center cell of i + regression[center cell of i, k]
 *
 * `centerCells` are flat; the box offset is not added. `rows` holds the regression map's values at these
 * cells: one pair (y, x) per keypoint, in cells. `width` is the map's.
 *
 * @returns [instances, keypoints], row-major, in cells.
 */
export function regressedKeypoints(centerCells: Int32Array, rows: Float32Array, width: number): Points {
  const keypoints = rows.length / 2 / Math.max(centerCells.length, 1);
  const cells = new Int32Array(centerCells.length * keypoints);
  centerCells.forEach((cell, instance) => {
    cells.fill(cell, instance * keypoints, (instance + 1) * keypoints);
  });
  return shiftedCells(cells, rows, width);
}

/** The position of each cell (flat) plus its shift, in cells. `shifts` holds one pair (y, x) per cell. */
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
 * The shift of each keypoint within its cell, one pair (y, x) per cell. `cells[i]` belongs to keypoint i mod
 * `keypoints`. The map `shift` is [1, h, w, 2 · keypoints], or [1, h, w, 2] if all keypoints share one shift.
 */
export function keypointShifts(cells: Int32Array, shift: Tensor): Float32Array {
  return gatherChannels(shift, cells, 2, (i) => (2 * i) % shift.shape[3]);
}

/**
 * One person that a pose network found. Every position is a fraction of the network's input, whose top-left
 * corner is (0, 0). Keypoints may lie outside the input: nothing is clipped unless a decode says so.
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

/** Points as two arrays of equal length, in the unit that their owner states. */
export interface Points {
  readonly y: Float32Array;
  readonly x: Float32Array;
}
