import {
  type GaussianCandidates,
  gaussianCells,
  gaussianDenominator,
  gaussianKeypointScores,
} from "../keypointScores.ts";
import { keypointShifts, type Points, regressedKeypoints, shiftedCells } from "../keypoints.ts";
import type { KeypointCandidates } from "./keypointCandidates.ts";
import type { ObjectCenters, TrueShape } from "./objectCenters.ts";
import type { KeypointReadout, ObjectReadout } from "./readout.ts";
import { type KeypointChoice, type RefinedKeypoints, refineKeypoints } from "./refineKeypoints.ts";
import type { DecodeSettings, KeypointEstimationTask } from "./settings.ts";

/**
 * The keypoints of all tasks. Arrays are [rows, keypoints], and zero if the row's class has no such keypoint.
 */
export interface ObjectKeypoints {
  readonly keypoints: number;
  /** Fractions of the image, clipped only if the tasks ask for it. */
  readonly positions: Points;
  readonly scores: Float32Array;
  /** Absent unless a task predicts it; 0 for a keypoint that found no candidate. */
  readonly depths?: Float32Array;
  readonly tasks: readonly TaskKeypoints[];
}

/** What one task found, with its intermediate values. */
export interface TaskKeypoints {
  /** The rows whose objects have this task's keypoints. */
  readonly rows: Int32Array;
  /** [objects, keypoints], in cells: the keypoints as regressed at the objects' centers. */
  readonly regressed: Points;
  /** Absent if all cells compete (`argmaxPostprocessing`). */
  readonly candidates?: KeypointCandidates;
  /** Absent unless all cells compete. */
  readonly gaussian?: GaussianCandidates;
  /** [objects, keypoints]. Absent if all cells compete, and without a trace. */
  readonly choices?: readonly KeypointChoice[];
  readonly refined: RefinedKeypoints;
  /** The column of each of the task's keypoints among all keypoints. */
  readonly columns: readonly number[];
}

/**
 * Finds the keypoints of each center's row. With one class and one task, every row has them; otherwise only
 * rows of the task's class that score above 0. `boxes` holds one row (ymin, xmin, ymax, xmax) in cells per
 * center. With a `trace` the choices are recorded.
 */
export function objectKeypoints(
  { centers, keypointTasks, width }: ObjectReadout,
  settings: DecodeSettings,
  boxes: Float32Array | undefined,
  trueShape: TrueShape,
  trace?: object,
): ObjectKeypoints {
  const columns = taskColumns(settings.keypointEstimationTask, isSingle(settings, centers));
  const tasks = settings.keypointEstimationTask.map((task, i) => {
    const rows = rowsOf(task, settings, centers);
    const ofRows = {
      cells: rows.map((row) => centers.cells[row]),
      regression: selectedRows(keypointTasks[i].regression, rows, centers.cells.length),
      boxes: boxes && selectedRows(boxes, rows, centers.cells.length),
    };
    return { ...taskKeypoints(keypointTasks[i], task, ofRows, width, trace), rows, columns: columns[i] };
  });
  const keypoints = columns.reduce((sum, ofTask) => sum + ofTask.length, 0);
  const scattered = scatter(tasks, centers.cells.length, keypoints);
  const positions = inImage(scattered.positions, settings.outputStride, trueShape);
  const clips = settings.keypointEstimationTask.every((task) => task.clipOutOfFrameKeypoints);
  return {
    ...scattered,
    ...(clips ? clipped(positions, scattered.scores) : { positions }),
    keypoints,
    tasks,
  };
}

/** Values of the rows that have a task's keypoints. */
interface RowsOfTask {
  readonly cells: Int32Array;
  readonly regression: Float32Array;
  readonly boxes?: Float32Array;
}

function taskKeypoints(
  { places }: KeypointReadout,
  task: KeypointEstimationTask,
  { cells: centerCells, regression, boxes }: RowsOfTask,
  width: number,
  trace: object | undefined,
): Omit<TaskKeypoints, "rows" | "columns"> {
  const regressed = regressedKeypoints(centerCells, regression, width);
  if ("keypointHeatmap" in places) {
    const heatmap = places.keypointHeatmap;
    const [, height] = heatmap.shape;
    const denominator = gaussianDenominator(height, width, Math.fround(task.gaussianDenomRatio));
    // `checkSettings` requires boxes if all cells compete.
    const candidates = { heatmap, boxes: boxes as Float32Array, regressed, denominator };
    const cells = gaussianCells(candidates);
    const positions = shiftedCells(cells, keypointShifts(cells, places.keypointOffset), width);
    const refined = { positions, scores: gaussianKeypointScores(candidates, cells), cells };
    return { regressed, gaussian: candidates, refined };
  }
  const choices: KeypointChoice[] | undefined = trace && [];
  const refined = refineKeypoints(regressed, places, boxes, task, choices);
  return { regressed, candidates: places, choices, refined };
}

/** The named rows of a table of `rowCount` rows. */
function selectedRows(values: Float32Array, rows: Int32Array, rowCount: number): Float32Array {
  const columns = values.length / Math.max(rowCount, 1);
  const selected = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    selected.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return selected;
}

function isSingle(settings: DecodeSettings, { classCount }: ObjectCenters): boolean {
  return settings.keypointEstimationTask.length === 1 && classCount === 1;
}

function rowsOf(task: KeypointEstimationTask, settings: DecodeSettings, centers: ObjectCenters): Int32Array {
  const rows = Int32Array.from(centers.cells, (_, row) => row);
  if (isSingle(settings, centers)) return rows;
  return rows.filter((row) => centers.classes[row] === task.classIndex && centers.candidates.scores[row] > 0);
}

/**
 * One task's keypoints after another's, unless the label map orders them; a single task's keep their order.
 */
function taskColumns(tasks: readonly KeypointEstimationTask[], single: boolean): number[][] {
  let next = 0;
  return tasks.map(({ keypointLabels, keypointIndices }) => {
    const first = next;
    next += keypointLabels.length;
    return keypointLabels.map((_, i) => (single ? i : (keypointIndices?.[i] ?? first + i)));
  });
}

function scatter(tasks: readonly TaskKeypoints[], rowCount: number, keypoints: number) {
  const zeros = () => new Float32Array(rowCount * keypoints);
  const positions = { y: zeros(), x: zeros() };
  const scores = zeros();
  const depths = tasks.some(({ refined }) => refined.depths) ? zeros() : undefined;
  for (const { rows, refined, columns } of tasks) {
    refined.scores.forEach((score, i) => {
      const at = rows[Math.floor(i / columns.length)] * keypoints + columns[i % columns.length];
      positions.y[at] = refined.positions.y[i];
      positions.x[at] = refined.positions.x[i];
      scores[at] = score;
      if (depths && refined.depths) depths[at] = refined.depths[i];
    });
  }
  return { positions, scores, depths };
}

function inImage({ y, x }: Points, stride: number, { height, width }: TrueShape): Points {
  const cellHeight = Math.fround(stride / height);
  const cellWidth = Math.fround(stride / width);
  return { y: y.map((cells) => cells * cellHeight), x: x.map((cells) => cells * cellWidth) };
}

/** Moves keypoints outside the image to its border and sets their scores to 0. */
function clipped({ y, x }: Points, scores: Float32Array): { positions: Points; scores: Float32Array } {
  const clip = (fraction: number) => Math.max(0, Math.min(fraction, 1));
  const isInside = (fraction: number) => fraction >= 0 && fraction <= 1;
  return {
    positions: { y: y.map(clip), x: x.map(clip) },
    scores: scores.map((score, i) => (isInside(y[i]) && isInside(x[i]) ? score : 0)),
  };
}
