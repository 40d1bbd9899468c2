import {
  CANDIDATE_RANKING_MODES,
  KEYPOINT_ESTIMATION_PARAMS as DEFAULTS,
  type KeypointEstimationParams,
} from "../centerNetProto.ts";
import { type HeadShape, parseHead } from "./headShape.ts";
import type { TextProtoView } from "./pipelineConfig/textProtoView.ts";

/** `keypoint_estimation_task` of center_net.proto, without what only training needs. */
export interface KeypointTask extends KeypointEstimationParams {
  /** The first part of its heads' names. */
  readonly taskName: string;
  /** Which class of the label map has these keypoints, by the map's `name`. */
  readonly keypointClassName: string;
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
    keypointCandidateScoreThreshold: view.number(
      "keypoint_candidate_score_threshold",
      DEFAULTS.keypointCandidateScoreThreshold,
    ),
    numCandidatesPerKeypoint: view.size("num_candidates_per_keypoint", DEFAULTS.numCandidatesPerKeypoint, 1),
    peakMaxPoolKernelSize: view.size("peak_max_pool_kernel_size", DEFAULTS.peakMaxPoolKernelSize),
    unmatchedKeypointScore: view.number("unmatched_keypoint_score", DEFAULTS.unmatchedKeypointScore),
    boxScale: view.number("box_scale", DEFAULTS.boxScale),
    candidateSearchScale: view.number("candidate_search_scale", DEFAULTS.candidateSearchScale),
    candidateRankingMode: rankingMode(view),
    scoreDistanceOffset: view.number("score_distance_offset", DEFAULTS.scoreDistanceOffset),
    scoreDistanceMultiplier: view.number("score_distance_multiplier", DEFAULTS.scoreDistanceMultiplier),
    stdDevMultiplier: view.number("std_dev_multiplier", DEFAULTS.stdDevMultiplier),
    perKeypointOffset: view.boolean("per_keypoint_offset", DEFAULTS.perKeypointOffset),
    predictDepth: view.boolean("predict_depth", DEFAULTS.predictDepth),
    perKeypointDepth: view.boolean("per_keypoint_depth", DEFAULTS.perKeypointDepth),
    clipOutOfFrameKeypoints: view.boolean("clip_out_of_frame_keypoints", DEFAULTS.clipOutOfFrameKeypoints),
    rescoreInstances: view.boolean("rescore_instances", DEFAULTS.rescoreInstances),
    rescoringThreshold: view.number("rescoring_threshold", DEFAULTS.rescoringThreshold),
    gaussianDenomRatio: view.number("gaussian_denom_ratio", DEFAULTS.gaussianDenomRatio),
    argmaxPostprocessing: view.boolean("argmax_postprocessing", DEFAULTS.argmaxPostprocessing),
    heatmapHead: parseHead(view.one("heatmap_head_params")),
    offsetHead: parseHead(view.one("offset_head_params")),
    regressHead: parseHead(view.one("regress_head_params")),
  };
}

/** A string in the schema, though only these are understood. */
function rankingMode(view: TextProtoView): KeypointTask["candidateRankingMode"] {
  const text = view.string("candidate_ranking_mode", DEFAULTS.candidateRankingMode);
  const mode = CANDIDATE_RANKING_MODES.find((name) => name === text);
  if (mode) return mode;
  throw view.error("candidate_ranking_mode", `one of ${CANDIDATE_RANKING_MODES.join(", ")}`, `"${text}"`);
}
