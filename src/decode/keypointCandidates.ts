import type { Tensor } from "../tensor.ts";
import { shiftedCells } from "./keypointPositions.ts";
import type { Points } from "./pose.ts";
import type { KeypointEstimationTask } from "./settings.ts";
import { topPeaks } from "./topPeaks.ts";

/** One keypoint task's maps, all [1, h, w, channels]; positions in cells, y before x. */
export interface KeypointMaps {
  /** One channel a keypoint, probabilities. */
  readonly keypointHeatmap: Tensor;
  /** Two channels a keypoint: from the object's centre cell to the keypoint. */
  readonly keypointRegression: Tensor;
  /** Two channels a keypoint or two for all: from the keypoint's cell to the keypoint. */
  readonly keypointOffset: Tensor;
  /** One channel a keypoint or one for all; where the task predicts depth. */
  readonly keypointDepth?: Tensor;
}

/**
 * The cells where each kind of keypoint may lie, whoever's it is. Arrays are [candidates, keypoints], best
 * first a keypoint.
 */
export interface KeypointCandidates {
  readonly keypoints: number;
  /** Flat, y · width + x. */
  readonly cells: Int32Array;
  readonly scores: Float32Array;
  /** In cells. */
  readonly positions: Points;
  readonly depths?: Float32Array;
  /** Of each keypoint, the first so many reach the threshold. */
  readonly valid: Int32Array;
}

/**
 * The best `numCandidatesPerKeypoint` peaks of each channel (Object Detection API:
 * `prediction_tensors_to_keypoint_candidates`), or all cells where there are fewer. (The original fills up
 * with cell 0 once more, which nothing can choose: the cell itself stands before.)
 */
export function keypointCandidates(maps: KeypointMaps, task: KeypointEstimationTask): KeypointCandidates {
  const [, height, width, keypoints] = maps.keypointHeatmap.shape;
  const count = Math.min(task.numCandidatesPerKeypoint, height * width);
  const cells = new Int32Array(count * keypoints);
  const scores = new Float32Array(count * keypoints);
  const valid = new Int32Array(keypoints);
  const threshold = Math.fround(task.keypointCandidateScoreThreshold);
  for (let keypoint = 0; keypoint < keypoints; keypoint++) {
    const best = topPeaks(maps.keypointHeatmap, count, task.peakMaxPoolKernelSize, keypoint, keypoints);
    best.indices.forEach((cell, rank) => {
      cells[rank * keypoints + keypoint] = cell;
      scores[rank * keypoints + keypoint] = best.scores[rank];
    });
    valid[keypoint] = best.scores.filter((score) => score >= threshold).length;
  }
  const depths = maps.keypointDepth && depthsAt(cells, maps.keypointDepth, keypoints);
  return { keypoints, cells, scores, positions: shiftedCells(cells, maps.keypointOffset), depths, valid };
}

function depthsAt(cells: Int32Array, depth: Tensor, keypoints: number): Float32Array {
  const channels = depth.shape[3];
  return Float32Array.from(cells, (cell, i) => depth.data[cell * channels + ((i % keypoints) % channels)]);
}
