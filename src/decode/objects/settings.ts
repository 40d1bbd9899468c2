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
  /** Channel of the center heatmap whose objects have these keypoints (label-map id - 1). */
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

/**
 * The fields of the TensorFlow Object Detection API's `center_net.proto` and `post_processing.proto` that
 * touch inference, under their own names in this project's spelling, with the schema's defaults. Both the
 * reader of a `pipeline.config` and the decode build on them. The proto's floats are float32; the decode
 * rounds them where it uses them.
 */

export interface ObjectCenterParams {
  readonly maxBoxPredictions: number;
  /** Side of the window in which a peak is the largest, in cells; 1 (or 0) makes every cell a peak. */
  readonly peakMaxPoolKernelSize: number;
}

export const OBJECT_CENTER_PARAMS: ObjectCenterParams = { maxBoxPredictions: 100, peakMaxPoolKernelSize: 3 };

/** How a keypoint's candidate is chosen; the formulas stand in `decode/candidateRanking.ts`. */
export const CANDIDATE_RANKING_MODES = [
  "min_distance",
  "score_distance_ratio",
  "score_scaled_distance_ratio",
  "gaussian_weighted",
  "gaussian_weighted_const",
] as const;
export type CandidateRankingMode = (typeof CANDIDATE_RANKING_MODES)[number];

/** Of `keypoint_estimation_task`. */
export interface KeypointEstimationParams {
  /** Cells; a label that is not named has `DEFAULT_KEYPOINT_STD`. */
  readonly keypointLabelToStd: Readonly<Record<string, number>>;
  /** A peak of at least this is a candidate. */
  readonly keypointCandidateScoreThreshold: number;
  readonly numCandidatesPerKeypoint: number;
  readonly peakMaxPoolKernelSize: number;
  /** The score of a keypoint that found no candidate. */
  readonly unmatchedKeypointScore: number;
  /** A candidate must lie inside of the object's box enlarged so about its middle. */
  readonly boxScale: number;
  /** The nearest candidate must be this close, in longer sides of the enlarged box. */
  readonly candidateSearchScale: number;
  readonly candidateRankingMode: CandidateRankingMode;
  /** Cells; for `score_distance_ratio`. */
  readonly scoreDistanceOffset: number;
  /** Longer sides of the box; for `score_scaled_distance_ratio`. */
  readonly scoreDistanceMultiplier: number;
  /** Of the keypoints' standard deviations; for `gaussian_weighted`. */
  readonly stdDevMultiplier: number;
  /** Whether each keypoint has its own pair of offset channels, or all share one. */
  readonly perKeypointOffset: boolean;
  /** Only where there is one class. */
  readonly predictDepth: boolean;
  readonly perKeypointDepth: boolean;
  /** Moves keypoints that lie outside of the image to its border and sets their scores to 0. */
  readonly clipOutOfFrameKeypoints: boolean;
  /** Scores objects by their keypoints, see `decode/instanceScores.ts`. */
  readonly rescoreInstances: boolean;
  readonly rescoringThreshold: number;
  /** Of the map's shorter side; for `gaussian_weighted_const`. */
  readonly gaussianDenomRatio: number;
  /** Chooses among all cells instead of candidates; only where there is one class. */
  readonly argmaxPostprocessing: boolean;
}

export const DEFAULT_KEYPOINT_STD = 5;

export const KEYPOINT_ESTIMATION_PARAMS: KeypointEstimationParams = {
  keypointLabelToStd: {},
  keypointCandidateScoreThreshold: 0.1,
  numCandidatesPerKeypoint: 100,
  peakMaxPoolKernelSize: 3,
  unmatchedKeypointScore: 0.1,
  boxScale: 1.2,
  candidateSearchScale: 0.3,
  candidateRankingMode: "min_distance",
  scoreDistanceOffset: 1,
  scoreDistanceMultiplier: 0.1,
  stdDevMultiplier: 1,
  perKeypointOffset: false,
  predictDepth: false,
  perKeypointDepth: false,
  clipOutOfFrameKeypoints: false,
  rescoreInstances: false,
  rescoringThreshold: 0,
  gaussianDenomRatio: 0.1,
  argmaxPostprocessing: false,
};

export interface BatchNonMaxSuppression {
  /** Only scores above this. */
  readonly scoreThreshold: number;
  /** Boxes that overlap a better one of their class by more than this are dropped. */
  readonly iouThreshold: number;
  readonly maxDetectionsPerClass: number;
  readonly maxTotalDetections: number;
}

export const BATCH_NON_MAX_SUPPRESSION: BatchNonMaxSuppression = {
  scoreThreshold: 0,
  iouThreshold: 0.6,
  maxDetectionsPerClass: 100,
  maxTotalDetections: 100,
};
