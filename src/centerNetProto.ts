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
  /** Moves keypoints that lie outside of the picture to its border and sets their scores to 0. */
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
