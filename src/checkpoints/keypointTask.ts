import { type HeadShape, parseHead } from "./headShape.ts";
import type { TextProtoView } from "./textProtoView.ts";

const RANKING_MODES = [
  "min_distance",
  "score_distance_ratio",
  "score_scaled_distance_ratio",
  "gaussian_weighted",
  "gaussian_weighted_const",
] as const;

/** `keypoint_estimation_task` of center_net.proto, without what only training needs; names as there. */
export interface KeypointTask {
  /** The first part of its heads' names. */
  readonly taskName: string;
  /** Which class of the label map has these keypoints, by the map's `name`. */
  readonly keypointClassName: string;
  readonly keypointLabelToStd: Readonly<Record<string, number>>;
  readonly keypointCandidateScoreThreshold: number;
  readonly numCandidatesPerKeypoint: number;
  readonly peakMaxPoolKernelSize: number;
  readonly unmatchedKeypointScore: number;
  readonly boxScale: number;
  readonly candidateSearchScale: number;
  readonly candidateRankingMode: (typeof RANKING_MODES)[number];
  readonly scoreDistanceOffset: number;
  readonly scoreDistanceMultiplier: number;
  readonly stdDevMultiplier: number;
  readonly perKeypointOffset: boolean;
  readonly predictDepth: boolean;
  readonly perKeypointDepth: boolean;
  readonly clipOutOfFrameKeypoints: boolean;
  readonly rescoreInstances: boolean;
  readonly rescoringThreshold: number;
  readonly gaussianDenomRatio: number;
  readonly argmaxPostprocessing: boolean;
  readonly heatmapHead: HeadShape;
  readonly offsetHead: HeadShape;
  readonly regressHead: HeadShape;
}

export function parseKeypointTask(view: TextProtoView): KeypointTask {
  view.ignore("task_loss_weight", "loss", "heatmap_bias_init", "offset_peak_radius");
  view.ignore("keypoint_regression_loss_weight", "keypoint_heatmap_loss_weight");
  view.ignore("keypoint_offset_loss_weight", "keypoint_depth_loss_weight");
  const deviations = view
    .many("keypoint_label_to_std")
    .map((entry) => [entry.string("key", ""), entry.number("value", 0)] as const);
  return {
    taskName: view.string("task_name", ""),
    keypointClassName: view.string("keypoint_class_name", ""),
    keypointLabelToStd: Object.fromEntries(deviations),
    keypointCandidateScoreThreshold: view.number("keypoint_candidate_score_threshold", 0.1),
    numCandidatesPerKeypoint: view.size("num_candidates_per_keypoint", 100, 1),
    peakMaxPoolKernelSize: view.size("peak_max_pool_kernel_size", 3),
    unmatchedKeypointScore: view.number("unmatched_keypoint_score", 0.1),
    boxScale: view.number("box_scale", 1.2),
    candidateSearchScale: view.number("candidate_search_scale", 0.3),
    candidateRankingMode: rankingMode(view),
    scoreDistanceOffset: view.number("score_distance_offset", 1),
    scoreDistanceMultiplier: view.number("score_distance_multiplier", 0.1),
    stdDevMultiplier: view.number("std_dev_multiplier", 1),
    perKeypointOffset: view.boolean("per_keypoint_offset", false),
    predictDepth: view.boolean("predict_depth", false),
    perKeypointDepth: view.boolean("per_keypoint_depth", false),
    clipOutOfFrameKeypoints: view.boolean("clip_out_of_frame_keypoints", false),
    rescoreInstances: view.boolean("rescore_instances", false),
    rescoringThreshold: view.number("rescoring_threshold", 0),
    gaussianDenomRatio: view.number("gaussian_denom_ratio", 0.1),
    argmaxPostprocessing: view.boolean("argmax_postprocessing", false),
    heatmapHead: parseHead(view.one("heatmap_head_params")),
    offsetHead: parseHead(view.one("offset_head_params")),
    regressHead: parseHead(view.one("regress_head_params")),
  };
}

/** A string in the schema, though only these are understood. */
function rankingMode(view: TextProtoView): KeypointTask["candidateRankingMode"] {
  const text = view.string("candidate_ranking_mode", "min_distance");
  const mode = RANKING_MODES.find((name) => name === text);
  if (mode) return mode;
  throw view.error("candidate_ranking_mode", `one of ${RANKING_MODES.join(", ")}`, `"${text}"`);
}
