import {
  type BatchNonMaxSuppression,
  CANDIDATE_RANKING_MODES,
  type KeypointEstimationParams,
  type ObjectCenterParams,
} from "../../centerNetProto.ts";
import { UsageError } from "../../errors.ts";

/** What decides how maps become detections. */
export interface DecodeSettings {
  /** Pixels of the network's input a cell of its maps; the backbone's, no field of the proto. */
  readonly outputStride: number;
  readonly objectCenterParams: ObjectCenterParams;
  /** In the order of the maps' `keypointTasks`. */
  readonly keypointEstimationTask: readonly KeypointEstimationTask[];
  readonly postProcessing?: { readonly batchNonMaxSuppression: BatchNonMaxSuppression };
}

export interface KeypointEstimationTask extends KeypointEstimationParams {
  /** Channel of the centre heatmap whose objects have these keypoints (label-map id - 1). */
  readonly classIndex: number;
  /** The label map's names, in the order of the channels. */
  readonly keypointLabels: readonly string[];
  /** The label map's ids: where each keypoint stands among those of all tasks; default: one after another. */
  readonly keypointIndices?: readonly number[];
}

/** Throws UsageError for numbers that cannot be meant and for modes that the original refuses together. */
export function checkSettings(settings: DecodeSettings, classes: number, hasBoxes: boolean): void {
  const { objectCenterParams, keypointEstimationTask, outputStride } = settings;
  atLeast("outputStride", outputStride, 1);
  atLeast("objectCenterParams.maxBoxPredictions", objectCenterParams.maxBoxPredictions, 1);
  atLeast("objectCenterParams.peakMaxPoolKernelSize", objectCenterParams.peakMaxPoolKernelSize, 0);
  const isSingle = keypointEstimationTask.length === 1 && classes === 1;
  const keypoints = keypointEstimationTask.reduce((sum, task) => sum + task.keypointLabels.length, 0);
  for (const task of keypointEstimationTask) {
    atLeast("number of keypointLabels", task.keypointLabels.length, 1);
    checkIndices(task, keypoints);
    atLeast("numCandidatesPerKeypoint", task.numCandidatesPerKeypoint, 1);
    atLeast("peakMaxPoolKernelSize", task.peakMaxPoolKernelSize, 0);
    checkModes(task, isSingle, hasBoxes);
  }
}

function checkIndices({ keypointIndices, keypointLabels }: KeypointEstimationTask, keypoints: number): void {
  if (!keypointIndices) return;
  const fits = keypointIndices.every((index) => Number.isInteger(index) && index >= 0 && index < keypoints);
  if (fits && keypointIndices.length === keypointLabels.length) return;
  throw new UsageError({
    where: "keypointIndices",
    expected: `${keypointLabels.length} numbers from 0 to ${keypoints - 1}`,
    got: keypointIndices.join(", "),
  });
}

function checkModes(task: KeypointEstimationTask, isSingle: boolean, hasBoxes: boolean): void {
  const mode = task.candidateRankingMode;
  const where = "candidateRankingMode";
  if (!CANDIDATE_RANKING_MODES.includes(mode)) {
    throw new UsageError({ where, expected: `one of ${CANDIDATE_RANKING_MODES.join(", ")}`, got: `${mode}` });
  }
  const isArgmax = isSingle && task.argmaxPostprocessing;
  if (isArgmax !== (mode === "gaussian_weighted_const")) {
    const expected = "gaussian_weighted_const together with argmaxPostprocessing, and one class and task";
    throw new UsageError({ where, expected, got: isArgmax ? `${mode} with it` : `${mode} without them` });
  }
  const needsBoxes = mode !== "min_distance" && mode !== "score_distance_ratio";
  if (needsBoxes && !hasBoxes) {
    throw new UsageError({
      where,
      expected: "boxes for a mode that uses them",
      got: `${mode} without boxes`,
    });
  }
  if (task.predictDepth && !isSingle) {
    const expected = "one class and one keypoint task";
    throw new UsageError({ where: "predictDepth", expected, got: "more" });
  }
}

/** Throws UsageError. */
export function atLeast(where: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new UsageError({ where, expected: `a whole number, ${least} or more`, got: `${value}` });
}
