import type { PeakLists, TopPeaksQuery } from "../../backend/peakQuery.ts";
import type { Tensor } from "../../tensor.ts";
import { keypointShifts, type Points, shiftedCells } from "../keypoints.ts";
import { gatherChannels } from "../maps.ts";
import { PEAK_TOLERANCE, topPeaks } from "../peaks.ts";
import type { KeypointEstimationTask } from "./settings.ts";

/** The maps of one keypoint task, all [1, h, w, channels]. Positions are in cells, y before x. */
export interface PoseMaps {
  /** One channel per keypoint, probabilities. */
  readonly keypointHeatmap: Tensor;
  /** Two channels per keypoint: from the object's center cell to the keypoint. */
  readonly keypointRegression: Tensor;
  /** Two channels per keypoint or two for all: from the keypoint's cell to the keypoint. */
  readonly keypointOffset: Tensor;
  /** One channel per keypoint or one for all. Absent unless the task predicts depth. */
  readonly keypointDepth?: Tensor;
}

/**
 * The cells where each kind of keypoint may lie, whichever object it belongs to. Arrays are [candidates,
 * keypoints], with the best candidate of each keypoint first.
 */
export interface KeypointCandidates {
  readonly keypoints: number;
  /** Flat. */
  readonly cells: Int32Array;
  readonly scores: Float32Array;
  /** In cells. */
  readonly positions: Points;
  readonly depths?: Float32Array;
  /** For each keypoint, how many of its candidates reach the threshold; they come first. */
  readonly valid: Int32Array;
}

/**
 * The best `numCandidatesPerKeypoint` peaks of each channel (Object Detection API:
 * `prediction_tensors_to_keypoint_candidates`), or all cells if there are fewer. (The original then repeats
 * cell 0, which cannot change anything: the first of equal candidates wins.)
 */
export function keypointCandidates(maps: PoseMaps, task: KeypointEstimationTask): KeypointCandidates {
  const [, height, width, keypoints] = maps.keypointHeatmap.shape;
  const count = candidateCount(task, height, width);
  const cells = new Int32Array(count * keypoints);
  const scores = new Float32Array(count * keypoints);
  for (let keypoint = 0; keypoint < keypoints; keypoint++) {
    const ofChannel = { start: keypoint, step: keypoints };
    const best = topPeaks(maps.keypointHeatmap, count, task.peakMaxPoolKernelSize, ofChannel);
    best.indices.forEach((cell, rank) => {
      cells[rank * keypoints + keypoint] = cell;
      scores[rank * keypoints + keypoint] = best.scores[rank];
    });
  }
  const depths = maps.keypointDepth && depthsAt(cells, maps.keypointDepth, keypoints);
  const positions = shiftedCells(cells, keypointShifts(cells, maps.keypointOffset), width);
  return { keypoints, cells, scores, positions, depths, valid: validCounts(scores, keypoints, task) };
}

/**
 * The query that `candidatesFrom` reads the answer of.
 *
 * @returns undefined if the task also needs depths, or if cells that are no peak could be candidates.
 */
export function candidateQuery(task: KeypointEstimationTask): TopPeaksQuery | undefined {
  if (task.predictDepth || Math.fround(task.keypointCandidateScoreThreshold) <= 0) return undefined;
  const offset = ["keypointOffset"];
  return {
    heatmap: "keypointHeatmap",
    among: "each channel",
    count: task.numCandidatesPerKeypoint,
    window: task.peakMaxPoolKernelSize,
    tolerance: PEAK_TOLERANCE,
    ...(task.perKeypointOffset ? { gather: [], gatherOwnChannel: offset } : { gather: offset }),
  };
}

/**
 * The candidates from the answer to `candidateQuery`. If a keypoint has fewer peaks than candidates, the last
 * ones have a score of 0 and an arbitrary position. They are below the threshold, so none of them is ever
 * chosen, just like those of `keypointCandidates`.
 */
export function candidatesFrom(
  { lists, height, width }: PeakLists,
  task: KeypointEstimationTask,
): KeypointCandidates {
  const keypoints = lists.length;
  const count = candidateCount(task, height, width);
  const cells = new Int32Array(count * keypoints);
  const scores = new Float32Array(count * keypoints);
  const shifts = new Float32Array(count * keypoints * 2);
  lists.forEach((list, keypoint) => {
    list.scores.forEach((score, rank) => {
      const at = rank * keypoints + keypoint;
      cells[at] = Math.floor(list.indices[rank] / keypoints);
      scores[at] = score;
      shifts.set(list.gathered.keypointOffset.subarray(rank * 2, rank * 2 + 2), at * 2);
    });
  });
  const positions = shiftedCells(cells, shifts, width);
  return { keypoints, cells, scores, positions, valid: validCounts(scores, keypoints, task) };
}

function candidateCount(task: KeypointEstimationTask, height: number, width: number): number {
  return Math.min(task.numCandidatesPerKeypoint, height * width);
}

function validCounts(
  scores: Float32Array,
  keypoints: number,
  { keypointCandidateScoreThreshold }: KeypointEstimationTask,
): Int32Array {
  const threshold = Math.fround(keypointCandidateScoreThreshold);
  const valid = new Int32Array(keypoints);
  scores.forEach((score, i) => {
    if (score >= threshold) valid[i % keypoints]++;
  });
  return valid;
}

function depthsAt(cells: Int32Array, depth: Tensor, keypoints: number): Float32Array {
  const channels = depth.shape[3];
  return gatherChannels(depth, cells, 1, (i) => (i % keypoints) % channels);
}
