import { UsageError } from "../../errors.ts";

/** How maps become detections. */
export interface DecodeSettings {
  /** Input pixels per cell of the maps. It depends on the backbone and is not a field of the proto. */
  readonly outputStride: number;
  readonly objectCenterParams: ObjectCenterParams;
  /** In the order of the maps' `keypointTasks`. */
  readonly keypointEstimationTask: readonly KeypointEstimationTask[];
  /**
   * Set if boxes are not clipped to the map, and negative sizes turn them inside out, as in the code of Objects as Points.
   * The API clips them; so it is the default.
   */
  readonly wholeBoxes?: boolean;
  readonly boxForm?: BoxForm;
  readonly postProcessing?: { readonly batchNonMaxSuppression: BatchNonMaxSuppression };
}

/** How the maps of boxes differ from the usual ones, with 2 channels of sizes and 2 of offsets. */
export interface BoxForm {
  /** There is a size for each class: channels 2c and 2c + 1 are height and width of class c. */
  readonly sizePerClass?: boolean;
  /** There are no offsets: objects lie in the middle of their cells. */
  readonly noOffset?: boolean;
}

export interface KeypointEstimationTask extends KeypointEstimationParams {
  /** The channel of the center heatmap whose objects have these keypoints (label-map id - 1). */
  readonly classIndex: number;
  /** The names in the label map, in the order of the channels. */
  readonly keypointLabels: readonly string[];
  /**
   * The ids in the label map: each keypoint's column among those of all tasks. Default: one after another.
   */
  readonly keypointIndices?: readonly number[];
}

/** @throws UsageError for numbers out of range and for combinations of modes that the original rejects. */
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
      expected: "box maps, which this mode uses",
      got: `${mode} without boxes`,
    });
  }
  if (task.predictDepth && !isSingle) {
    const expected = "one class and one keypoint task";
    throw new UsageError({ where: "predictDepth", expected, got: "more" });
  }
}

/** @throws UsageError unless `value` is a whole number of at least `min`. */
export function atLeast(where: string, value: number, min: number): void {
  if (Number.isInteger(value) && value >= min) return;
  throw new UsageError({ where, expected: `a whole number, ${min} or more`, got: `${value}` });
}

// The fields of the TensorFlow Object Detection API's `center_net.proto` and `post_processing.proto` that
// affect inference, by their own names in camelCase, with the schema's defaults. Both the reader of a
// `pipeline.config` and the decode use them. The proto's floats are float32; the decode rounds them when it
// uses them.

export interface ObjectCenterParams {
  readonly maxBoxPredictions: number;
  /** Side in cells of the window in which a peak is the largest value. With 1 or 0 every cell is a peak. */
  readonly peakMaxPoolKernelSize: number;
}

export const OBJECT_CENTER_PARAMS: ObjectCenterParams = { maxBoxPredictions: 100, peakMaxPoolKernelSize: 3 };

/** How a keypoint's candidate is chosen. See `candidateRanking.ts` for the formulas. */
export const CANDIDATE_RANKING_MODES = [
  "min_distance",
  "score_distance_ratio",
  "score_scaled_distance_ratio",
  "gaussian_weighted",
  "gaussian_weighted_const",
] as const;
export type CandidateRankingMode = (typeof CANDIDATE_RANKING_MODES)[number];

/** Fields of `keypoint_estimation_task`. */
export interface KeypointEstimationParams {
  /** In cells. Labels that are not listed have `DEFAULT_KEYPOINT_STD`. */
  readonly keypointLabelToStd: Readonly<Record<string, number>>;
  /** A peak that scores at least this is a candidate. */
  readonly keypointCandidateScoreThreshold: number;
  readonly numCandidatesPerKeypoint: number;
  readonly peakMaxPoolKernelSize: number;
  /** The score of a keypoint that found no candidate. */
  readonly unmatchedKeypointScore: number;
  /** A candidate must lie inside the object's box scaled by this factor about its center. */
  readonly boxScale: number;
  /** The nearest candidate must be this close, as a multiple of the scaled box's longer side. */
  readonly candidateSearchScale: number;
  readonly candidateRankingMode: CandidateRankingMode;
  /** In cells; for `score_distance_ratio`. */
  readonly scoreDistanceOffset: number;
  /** A multiple of the box's longer side; for `score_scaled_distance_ratio`. */
  readonly scoreDistanceMultiplier: number;
  /** Multiplies the keypoints' standard deviations; for `gaussian_weighted`. */
  readonly stdDevMultiplier: number;
  /** Whether each keypoint has its own pair of offset channels. Otherwise all share one pair. */
  readonly perKeypointOffset: boolean;
  /** Only with a single class. */
  readonly predictDepth: boolean;
  readonly perKeypointDepth: boolean;
  /** Moves keypoints that lie outside the image to its border and sets their scores to 0. */
  readonly clipOutOfFrameKeypoints: boolean;
  /** Scores objects by their keypoints: see `instanceScores`. */
  readonly rescoreInstances: boolean;
  readonly rescoringThreshold: number;
  /** A multiple of the map's shorter side; for `gaussian_weighted_const`. */
  readonly gaussianDenomRatio: number;
  /** Chooses among all cells instead of candidates. Only with a single class. */
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
  /** Lower scores, and this score itself, are dropped. */
  readonly scoreThreshold: number;
  /** A box that overlaps a better one of its class by more than this is dropped. */
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
