import {
  BATCH_NON_MAX_SUPPRESSION,
  type BatchNonMaxSuppression,
  CANDIDATE_RANKING_MODES,
  KEYPOINT_ESTIMATION_PARAMS as DEFAULTS,
  type KeypointEstimationParams,
  OBJECT_CENTER_PARAMS,
  type ObjectCenterParams,
} from "../../decode/objects/settings.ts";
import { ModelError } from "../../errors.ts";
import type { ImageResizer } from "../../image/input/resizer/imageResizer.ts";
import { parseImageResizer } from "./parseImageResizer.ts";
import { parseTextProto, type TextMessage } from "./textProto.ts";
import { TextProtoView } from "./textProtoView.ts";

/**
 * The description of a CenterNet model: `model.center_net` of the Object Detection API's pipeline.config
 * (center_net.proto, image_resizer.proto) with the schema's defaults. Names are the schema's, in this
 * project's spelling; fields that only training needs, such as loss weights, are omitted.
 */
export interface PipelineConfig {
  readonly numClasses: number;
  readonly featureExtractor: FeatureExtractor;
  readonly imageResizer: ImageResizer;
  /** Whether the heads' 3x3 convolutions are depthwise separable. */
  readonly useDepthwise: boolean;
  readonly objectCenterParams: ObjectCenterParams & { readonly centerHead: HeadShape };
  /** Undefined if the model has no box heads. */
  readonly objectDetectionTask?: { readonly scaleHead: HeadShape; readonly offsetHead: HeadShape };
  readonly keypointLabelMapPath: string;
  readonly keypointEstimationTask: readonly KeypointTask[];
  /** Undefined if the config has none, like the published ones. */
  readonly postProcessing?: { readonly batchNonMaxSuppression: BatchNonMaxSuppression };
  /** Field names of configured tasks that are not implemented here. */
  readonly unsupported: readonly string[];
  /** Fields of the model outside the schema, with their lines. */
  readonly unknown: readonly string[];
  /** The text of the whole file. */
  readonly text: TextMessage;
}

export interface FeatureExtractor {
  /** `hourglass_104`, `resnet_v1_50_fpn`, `mobilenet_v2_fpn_sep_conv`, … */
  readonly type: string;
  /**
   * Means to subtract per channel, after `bgrOrdering`, and deviations to divide by; empty if not configured.
   */
  readonly channelMeans: readonly number[];
  readonly channelStds: readonly number[];
  readonly bgrOrdering: boolean;
  readonly depthMultiplier: number;
  /** Undefined if not configured; the type's name may then imply it. */
  readonly useSeparableConv?: boolean;
  readonly upsamplingInterpolation: string;
}

/** @throws ModelError with line and column, for broken text, values out of range and other architectures. */
export function parsePipelineConfig(bytes: Uint8Array, where: string): PipelineConfig {
  const text = parseTextProto(bytes, where);
  const model = new TextProtoView(text, where).one("model");
  if (!model.has("center_net")) {
    const other = text.fields.find(({ name }) => name === "model")?.value;
    const got = other?.kind === "message" ? other.message.fields.map(({ name }) => name).join(", ") : "";
    throw new ModelError({ where, expected: "a model of kind center_net", got: got || "none" });
  }
  const net = model.one("center_net");
  net.ignore("compute_heatmap_sparse", "output_prediction_dict", ...UNSUPPORTED);
  const config = {
    numClasses: net.size("num_classes", 0, 1),
    featureExtractor: parseFeatureExtractor(net.one("feature_extractor")),
    imageResizer: parseImageResizer(net.one("image_resizer")),
    useDepthwise: net.boolean("use_depthwise", false),
    objectCenterParams: parseObjectCenter(net.one("object_center_params")),
    objectDetectionTask: net.has("object_detection_task")
      ? parseObjectDetection(net.one("object_detection_task"))
      : undefined,
    keypointLabelMapPath: net.string("keypoint_label_map_path", ""),
    keypointEstimationTask: net.many("keypoint_estimation_task").map(parseKeypointTask),
    postProcessing: parsePostProcessing(net.one("post_processing")),
    unsupported: UNSUPPORTED.filter((name) => net.has(name)),
  };
  if (config.numClasses === 0) throw net.error("num_classes", "a number of classes", "none");
  return { ...config, unknown: model.unknown("model."), text };
}

const UNSUPPORTED = [
  "mask_estimation_task",
  "densepose_estimation_task",
  "track_estimation_task",
  "temporal_offset_task",
  "deepmac_mask_estimation",
];

function parseFeatureExtractor(view: TextProtoView): FeatureExtractor {
  const type = view.string("type", "");
  if (type === "") throw view.error("type", "the type of a feature extractor", "none");
  view.ignore("use_depthwise"); // from an older schema; no extractor of the API reads it
  const channelMeans = view.numbers("channel_means");
  const channelStds = view.numbers("channel_stds");
  for (const [name, values] of [
    ["channel_means", channelMeans],
    ["channel_stds", channelStds],
  ] as const) {
    if (values.length !== 0 && values.length !== 3) throw view.error(name, "3 values", `${values.length}`);
  }
  if (channelStds.includes(0)) throw view.error("channel_stds", "deviations other than 0", "0");
  return {
    type,
    channelMeans,
    channelStds,
    bgrOrdering: view.boolean("bgr_ordering", false),
    depthMultiplier: view.number("depth_multiplier", 1),
    useSeparableConv: view.has("use_separable_conv") ? view.boolean("use_separable_conv", false) : undefined,
    upsamplingInterpolation: view.string("upsampling_interpolation", "nearest"),
  };
}

function parseObjectCenter(view: TextProtoView): PipelineConfig["objectCenterParams"] {
  view.ignore("object_center_loss_weight", "classification_loss", "heatmap_bias_init", "min_box_overlap_iou");
  view.ignore("use_labeled_classes", "keypoint_weights_for_center");
  return {
    maxBoxPredictions: view.size("max_box_predictions", OBJECT_CENTER_PARAMS.maxBoxPredictions, 1),
    peakMaxPoolKernelSize: view.size("peak_max_pool_kernel_size", OBJECT_CENTER_PARAMS.peakMaxPoolKernelSize),
    centerHead: parseHead(view.one("center_head_params")),
  };
}

function parseObjectDetection(view: TextProtoView): PipelineConfig["objectDetectionTask"] {
  view.ignore("task_loss_weight", "offset_loss_weight", "scale_loss_weight", "localization_loss");
  return {
    scaleHead: parseHead(view.one("scale_head_params")),
    offsetHead: parseHead(view.one("offset_head_params")),
  };
}

function parsePostProcessing(view: TextProtoView): PipelineConfig["postProcessing"] {
  view.ignore("score_converter", "logit_scale", "calibration_config");
  if (!view.has("batch_non_max_suppression")) return undefined;
  const nms = view.one("batch_non_max_suppression");
  nms.ignore("use_static_shapes", "change_coordinate_frame"); // these affect how it computes, not what
  const batchNonMaxSuppression = {
    scoreThreshold: nms.number("score_threshold", BATCH_NON_MAX_SUPPRESSION.scoreThreshold),
    iouThreshold: nms.number("iou_threshold", BATCH_NON_MAX_SUPPRESSION.iouThreshold),
    maxDetectionsPerClass: nms.size(
      "max_detections_per_class",
      BATCH_NON_MAX_SUPPRESSION.maxDetectionsPerClass,
    ),
    maxTotalDetections: nms.size("max_total_detections", BATCH_NON_MAX_SUPPRESSION.maxTotalDetections),
  };
  return { batchNonMaxSuppression };
}

/** The hidden convolutions of a prediction head, in order. */
export interface HeadShape {
  readonly numFilters: readonly number[];
  readonly kernelSizes: readonly number[];
}

/** Default: one 3x3 convolution with 256 channels. */
function parseHead(view: TextProtoView): HeadShape {
  const numFilters = view.sizes("num_filters", 1);
  const kernelSizes = view.sizes("kernel_sizes", 1);
  const head = {
    numFilters: numFilters.length > 0 ? numFilters : [256],
    kernelSizes: kernelSizes.length > 0 ? kernelSizes : [3],
  };
  if (head.numFilters.length === head.kernelSizes.length) return head;
  throw view.error("num_filters", "as many as kernel_sizes", `${head.numFilters.length}`);
}

/** `keypoint_estimation_task` of center_net.proto, without the fields that only training needs. */
export interface KeypointTask extends KeypointEstimationParams {
  /** The prefix of its heads' names. */
  readonly taskName: string;
  /** The class that has these keypoints, by its `name` in the label map. */
  readonly keypointClassName: string;
  readonly heatmapHead: HeadShape;
  readonly offsetHead: HeadShape;
  readonly regressHead: HeadShape;
}

function parseKeypointTask(view: TextProtoView): KeypointTask {
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

/** A string in the schema, of which only these values are supported. */
function rankingMode(view: TextProtoView): KeypointTask["candidateRankingMode"] {
  const text = view.string("candidate_ranking_mode", DEFAULTS.candidateRankingMode);
  const mode = CANDIDATE_RANKING_MODES.find((name) => name === text);
  if (mode) return mode;
  throw view.error("candidate_ranking_mode", `one of ${CANDIDATE_RANKING_MODES.join(", ")}`, `"${text}"`);
}
