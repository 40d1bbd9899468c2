/**
 * Builds the specification of a model from a checkpoint of the Object Detection API. Its `pipeline.config`
 * and its variables decide, never its file name.
 */
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import type { LabelMap } from "../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import type {
  FeatureExtractor,
  KeypointTask,
  PipelineConfig,
} from "../checkpoints/pipelineConfig/pipelineConfig.ts";
import type { DecodeSettings, KeypointEstimationTask } from "../decode/objects/settings.ts";
import { ModelError } from "../errors.ts";
import { type Normalization, ZOO_NORMALIZATIONS } from "../image/input/normalization.ts";
import {
  describeResizer,
  fixedInputSize,
  type ImageResizer,
  squareResizer,
} from "../image/input/resizer/imageResizer.ts";
import { COCO_KEYPOINTS, COCO_LABELS } from "../models/coco.ts";
import { ZOO } from "../models/zoo/zoo.ts";
import { ZOO_BACKBONES, type ZooArchitecture, type ZooBackboneName } from "../models/zoo/zooArchitecture.ts";
import { OUTPUT_STRIDE, type ZooSpec } from "../models/zoo/zooModel.ts";
import { checkResizer, sizeName } from "./zooResizer.ts";

/** The zoo's placeholder names and the code of persons in its label maps. */
const PERSON_NAMES = ["/m/01g317", "person"];

/**
 * Undefined if the checkpoint has no `pipeline.config`.
 *
 * @throws ModelError if the configuration needs a feature that is not implemented, or contradicts the
 *   variables.
 */
export function zooSpec(
  { where: file, evidence }: NamedCheckpoint,
  labelMap = evidence.sidecar?.labelMap,
): ZooSpec | undefined {
  const pipeline = evidence.sidecar?.pipeline;
  if (!pipeline) return undefined;
  const where = `${file} pipeline.config`;
  const decode = decodeSettings(pipeline, labelMap);
  const architecture = zooArchitecture(pipeline, decode, where);
  const resizer = pipeline.imageResizer;
  checkResizer(resizer, architecture, where);
  const shown = evidence.backbone;
  if (shown && !architecture.backbone.startsWith(shown)) {
    throw new ModelError({
      where,
      expected: `the type of the variables' backbone, ${shown}`,
      got: architecture.backbone,
      hint: "Configuration and variables belong to different models.",
    });
  }
  return {
    name: zooName(architecture, resizer),
    resizer,
    architecture,
    decode,
    labels: labelMap ? new Map(labelMap.items.map(({ id, label }) => [id, label])) : COCO_LABELS,
    weightsHint: "Its weights are in the checkpoint that it was read from.",
  };
}

/** The published model of this architecture and size, or a name that says what it is. */
function zooName(architecture: ZooArchitecture, resizer: ImageResizer): string {
  const row = ZOO.find(({ architecture: published, side }) => {
    return (
      describeResizer(resizer) === describeResizer(squareResizer(side)) &&
      (Object.keys(published) as (keyof ZooArchitecture)[]).every((key) => {
        return JSON.stringify(published[key]) === JSON.stringify(architecture[key]);
      }) &&
      published.keypoints === architecture.keypoints
    );
  });
  return row?.name ?? `centernet_${architecture.backbone}_${sizeName(resizer)}`;
}

function zooArchitecture(pipeline: PipelineConfig, decode: DecodeSettings, where: string): ZooArchitecture {
  const { featureExtractor, keypointEstimationTask: tasks, numClasses, useDepthwise, unsupported } = pipeline;
  const refuse = (field: string, expected: string, got: string) =>
    new ModelError({ where: `${where}: ${field}`, expected, got, hint: "Nothing else is implemented." });
  if (unsupported.length > 0) throw refuse("tasks", "boxes and keypoints", unsupported.join(", "));
  if (!pipeline.objectDetectionTask) throw refuse("object_detection_task", "one", "none");
  if (tasks.length > 1) throw refuse("keypoint_estimation_task", "one at most", `${tasks.length}`);
  const backbone = backboneNamed(featureExtractor, refuse);
  const [task] = tasks;
  return {
    backbone,
    normalization: normalizationOf(backbone, featureExtractor, refuse),
    classes: numClasses,
    ...(task && { keypoints: decode.keypointEstimationTask[0].keypointLabels.length }),
    heads: {
      filters: headFilters(pipeline, refuse),
      separable: useDepthwise,
      ...(task && !task.perKeypointOffset && { sharedOffset: true }),
    },
  };
}

type Refuse = (field: string, expected: string, got: string) => ModelError;

function backboneNamed({ type, depthMultiplier, upsamplingInterpolation }: FeatureExtractor, refuse: Refuse) {
  const names = Object.keys(ZOO_BACKBONES) as ZooBackboneName[];
  const backbone = names.find((name) => name === type);
  if (!backbone) throw refuse("feature_extractor.type", `one of ${names.join(", ")}`, type);
  if (depthMultiplier !== 1) throw refuse("feature_extractor.depth_multiplier", "1", `${depthMultiplier}`);
  if (upsamplingInterpolation !== "nearest") {
    throw refuse("feature_extractor.upsampling_interpolation", "nearest", upsamplingInterpolation);
  }
  return backbone;
}

/** The extractor's own normalization, after the configuration's means and deviations. */
function normalizationOf(
  backbone: ZooBackboneName,
  { channelMeans, channelStds, bgrOrdering }: FeatureExtractor,
  refuse: Refuse,
): Normalization {
  const family = backbone.startsWith("hourglass")
    ? ZOO_NORMALIZATIONS.hourglass
    : backbone.startsWith("resnet_v1")
      ? ZOO_NORMALIZATIONS.resnetV1
      : ZOO_NORMALIZATIONS.resnetV2;
  if ((channelMeans.length === 0) !== (channelStds.length === 0)) {
    throw refuse("feature_extractor", "channel_means and channel_stds or neither", "one of them");
  }
  const means = channelMeans.length > 0 ? channelMeans : [0, 0, 0];
  const deviations = channelStds.length > 0 ? channelStds : [1, 1, 1];
  return { bgrOrdering, channelMeans: means, channelStds: deviations, extractorRule: family.extractorRule };
}

/** Only one kind of head is implemented: a single hidden 3x3 convolution. */
function headFilters(pipeline: PipelineConfig, refuse: Refuse): number {
  const { objectCenterParams, objectDetectionTask, keypointEstimationTask: tasks } = pipeline;
  const heads = [
    objectCenterParams.centerHead,
    ...(objectDetectionTask ? [objectDetectionTask.scaleHead, objectDetectionTask.offsetHead] : []),
    ...tasks.flatMap(({ heatmapHead, offsetHead, regressHead }) => [heatmapHead, offsetHead, regressHead]),
  ];
  const [filters] = heads[0].numFilters;
  for (const { numFilters, kernelSizes } of heads) {
    const same = numFilters.length === 1 && numFilters[0] === filters && kernelSizes[0] === 3;
    if (!same)
      throw refuse("heads", `one 3x3 layer of ${filters} filters each`, `${numFilters} of ${kernelSizes}`);
  }
  return filters;
}

function decodeSettings(pipeline: PipelineConfig, labelMap: LabelMap | undefined): DecodeSettings {
  const { objectCenterParams, keypointEstimationTask, postProcessing } = pipeline;
  return {
    outputStride: OUTPUT_STRIDE,
    objectCenterParams,
    keypointEstimationTask: keypointEstimationTask.map((task) => estimationTask(task, labelMap)),
    postProcessing,
  };
}

/** The class with keypoints and their names, from the label map, else COCO's person. */
function estimationTask(task: KeypointTask, labelMap: LabelMap | undefined): KeypointEstimationTask {
  const item = labelMap?.items.find(({ name, label }) => {
    const names = PERSON_NAMES.includes(task.keypointClassName) ? PERSON_NAMES : [task.keypointClassName];
    return names.includes(name) || names.includes(label);
  });
  const labels = item ? [...item.keypoints.values()] : [];
  return {
    ...task,
    classIndex: (item?.id ?? 1) - 1,
    keypointLabels: labels.length > 0 ? labels : COCO_KEYPOINTS,
  };
}

/**
 * Notes for the user about a checkpoint: a name that contradicts the contents (such public archives exist),
 * and fields of the configuration outside the schema.
 */
export function zooNotes({ where, evidence }: NamedCheckpoint, spec: ZooSpec): string[] {
  const unknown = evidence.sidecar?.pipeline?.unknown ?? [];
  if (unknown.length === 0) return zooContradictions(where, spec);
  const fields = `unknown fields of pipeline.config, which are ignored: ${unknown.join(", ")}`;
  return [...zooContradictions(where, spec), fields];
}

/** Without the folders before it. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function zooContradictions(where: string, { architecture, resizer }: ZooSpec): string[] {
  const name = fileName(where);
  const notes: string[] = [];
  const [, named] = /(\d{3,4})x\1/.exec(name) ?? [];
  const size = fixedInputSize(resizer);
  if (named && (size?.width !== Number(named) || size.height !== Number(named))) {
    const configured = size ? `${size.width}x${size.height}` : describeResizer(resizer);
    notes.push(`the name says ${named}x${named}, pipeline.config ${configured}`);
  }
  const poses = architecture.keypoints !== undefined;
  if (/kpts/.test(name) && !poses) notes.push("the name says keypoints, pipeline.config has none");
  if (/_od\b/.test(name) && poses) notes.push("the name says boxes alone, pipeline.config has keypoints");
  for (const [token, type] of NAMED_BACKBONES) {
    if (name.includes(token) && !architecture.backbone.startsWith(type)) {
      notes.push(`the name says ${token}, pipeline.config ${architecture.backbone}`);
    }
  }
  return notes;
}

const NAMED_BACKBONES = [
  ["hg104", "hourglass_104"],
  ["resnet50_v1", "resnet_v1_50"],
  ["resnet101_v1", "resnet_v1_101"],
  ["resnet50_v2", "resnet_v2_50"],
  ["mobilenetv2", "mobilenet_v2"],
] as const;
