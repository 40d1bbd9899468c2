import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseLabelMap } from "../../src/checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { parsePipelineConfig } from "../../src/checkpoints/pipelineConfig/pipelineConfig.ts";
import { ModelError } from "../../src/errors.ts";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { ZOO_MODELS } from "../support/zooModels.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const net = (fields: string, extractor = 'type: "x"') =>
  parsePipelineConfig(
    bytes(`model {\ncenter_net {\nnum_classes: 3 feature_extractor { ${extractor} }
image_resizer { fixed_shape_resizer {} }\n${fields}\n}\n}`),
    "p",
  );

test("what a config leaves out has the schema's defaults", () => {
  const { text, ...config } = net("keypoint_estimation_task { task_name: 'pose' } object_detection_task {}");
  const head = { numFilters: [256], kernelSizes: [3] };
  expect(config).toEqual({
    numClasses: 3,
    featureExtractor: {
      type: "x",
      channelMeans: [],
      channelStds: [],
      bgrOrdering: false,
      depthMultiplier: 1,
      useSeparableConv: undefined,
      upsamplingInterpolation: "nearest",
    },
    imageResizer: {
      kind: "fixedShape",
      height: 300,
      width: 300,
      method: "BILINEAR",
      convertToGrayscale: false,
    },
    useDepthwise: false,
    objectCenterParams: { maxBoxPredictions: 100, peakMaxPoolKernelSize: 3, centerHead: head },
    objectDetectionTask: { scaleHead: head, offsetHead: head },
    keypointLabelMapPath: "",
    keypointEstimationTask: [
      {
        taskName: "pose",
        keypointClassName: "",
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
        heatmapHead: head,
        offsetHead: head,
        regressHead: head,
      },
    ],
    postProcessing: undefined,
    unsupported: [],
    unknown: [],
  });
  expect(text.fields).toHaveLength(1);
});

test("what it sets is read, in every spelling", () => {
  const config = net(
    `use_depthwise: true
    post_processing { batch_non_max_suppression { iou_threshold: 0.7 score_threshold: 1e-8 } score_converter: IDENTITY }
    object_center_params { max_box_predictions: 5 center_head_params { num_filters: [64, 32] kernel_sizes: 3 kernel_sizes: 1 } }
    keypoint_estimation_task { candidate_ranking_mode: "gaussian_weighted" keypoint_label_to_std { key: "nose" value: .26f } }`,
    'type: "hourglass" "_52" channel_means: [1, 2.5, 3] channel_stds: 1 channel_stds: 2 channel_stds: 3 bgr_ordering: True use_separable_conv: false',
  );
  expect(config).toMatchObject({
    useDepthwise: true,
    featureExtractor: {
      type: "hourglass_52",
      channelMeans: [1, 2.5, 3],
      channelStds: [1, 2, 3],
      bgrOrdering: true,
      useSeparableConv: false,
    },
    objectCenterParams: { maxBoxPredictions: 5, centerHead: { numFilters: [64, 32], kernelSizes: [3, 1] } },
    keypointEstimationTask: [
      { candidateRankingMode: "gaussian_weighted", keypointLabelToStd: { nose: 0.26 } },
    ],
    postProcessing: {
      batchNonMaxSuppression: { iouThreshold: 0.7, scoreThreshold: 1e-8, maxTotalDetections: 100 },
    },
  });
});

test("of a field given twice the last counts, and messages are merged", () => {
  const config = net(
    "num_classes: 7 object_center_params { max_box_predictions: 5 } object_center_params { peak_max_pool_kernel_size: 1 }",
  );
  expect(config.numClasses).toBe(7);
  expect(config.objectCenterParams).toMatchObject({ maxBoxPredictions: 5, peakMaxPoolKernelSize: 1 });
});

test("fields that no schema has are listed with their lines, and kept", () => {
  const config = net("color: 1\nobject_center_params { shape { a: 1 } }\n[my.extension]: 2");
  expect(config.unknown).toEqual([
    "model.center_net.color (line 5)",
    "model.center_net.[my.extension] (line 7)",
    "model.center_net.object_center_params.shape (line 6)",
  ]);
});

test("tasks that are not implemented are named", () => {
  expect(net("mask_estimation_task {} track_estimation_task {}").unsupported).toEqual([
    "mask_estimation_task",
    "track_estimation_task",
  ]);
});

describe("what cannot be meant is a ModelError with its place", () => {
  test.each<[string, () => unknown, string]>([
    [
      "another architecture",
      () => parsePipelineConfig(bytes("model { ssd {} }"), "p"),
      "p: expected a model of kind center_net, got ssd.",
    ],
    [
      "no model",
      () => parsePipelineConfig(bytes(""), "p"),
      "p: expected a model of kind center_net, got none.",
    ],
    [
      "no number of classes",
      () =>
        parsePipelineConfig(
          bytes(
            "model { center_net { feature_extractor { type: 'x' } image_resizer { fixed_shape_resizer {} } } }",
          ),
          "p",
        ),
      "p num_classes: expected a number of classes, got none.",
    ],
    [
      "text for a number",
      () => net('num_classes: "4"'),
      'p, line 5, column 1, num_classes: expected a whole number from 1 to 2^31 - 1, got "4".'.replace(
        "a whole number from 1 to 2^31 - 1",
        "a number",
      ),
    ],
    [
      "a negative count",
      () => net("object_center_params { max_box_predictions: -1 }"),
      "max_box_predictions: expected a whole number from 1 to 2^31 - 1, got -1.",
    ],
    [
      "an infinite number",
      () => net("keypoint_estimation_task { box_scale: inf }"),
      "box_scale: expected a number, got inf.",
    ],
    [
      "a message for a flag",
      () => net("use_depthwise { }"),
      "use_depthwise: expected true or false, got a message.",
    ],
    [
      "a flag for a message",
      () => net("object_center_params: true"),
      "object_center_params: expected a message in brackets, got true.",
    ],
    [
      "two channel means",
      () => net("", 'type: "x" channel_means: [1, 2]'),
      "channel_means: expected 3 values, got 2.",
    ],
    [
      "a deviation of 0",
      () => net("", 'type: "x" channel_stds: [1, 0, 1]'),
      "channel_stds: expected deviations other than 0, got 0.",
    ],
    ["no type", () => net("", ""), "p type: expected the type of a feature extractor, got none."],
    [
      "heads of two minds",
      () => net("object_center_params { center_head_params { num_filters: [1, 2] kernel_sizes: 3 } }"),
      "num_filters: expected as many as kernel_sizes, got 2.",
    ],
    [
      "an unknown ranking",
      () => net('keypoint_estimation_task { candidate_ranking_mode: "best" }'),
      'got "best".',
    ],
    [
      "two resizers",
      () => net("image_resizer { keep_aspect_ratio_resizer {} }"),
      "got fixed_shape_resizer and keep_aspect_ratio_resizer.",
    ],
  ])("%s", (_, parse, message) => {
    expect(parse).toThrow(ModelError);
    expect(parse).toThrow(message);
  });
});

describe.skipIf(ZOO_MODELS.size === 0).each([...ZOO_MODELS])("%s", (name, folder) => {
  test("its pipeline.config is understood and says what the model is", async () => {
    const path = join(folder, "pipeline.config");
    const config = parsePipelineConfig(new Uint8Array(await readFile(path)), path);
    const row = ZOO.find((other) => other.name === name);
    expect(config.unknown).toEqual([]);
    expect(config.unsupported).toEqual([]);
    expect(config.featureExtractor.type).toBe(row?.architecture.backbone);
    expect(config.numClasses).toBe(row?.architecture.classes);
    expect(config.keypointEstimationTask).toHaveLength(row?.architecture.keypoints ? 1 : 0);
    const [side, isMobile] = [row?.side, name.includes("mobilenet")];
    expect(config.imageResizer).toMatchObject({
      minDimension: side,
      maxDimension: side,
      padToMaxDimension: true,
    });
    expect(config.useDepthwise).toBe(isMobile);
    expect(config.objectCenterParams.maxBoxPredictions).toBe(isMobile && name.endsWith("kpts") ? 20 : 100);
    for (const task of config.keypointEstimationTask) {
      expect(task).toMatchObject({
        taskName: "human_pose",
        keypointClassName: "/m/01g317",
        perKeypointOffset: true,
      });
      expect(task.keypointLabelToStd).toMatchObject({ nose: 0.26, left_hip: 1.07 });
      const labels = parseLabelMap(new Uint8Array(await readFile(join(folder, "label_map.pbtxt"))), "l");
      const person = labels.items.find((item) => item.name === task.keypointClassName);
      expect(person?.keypoints.size).toBe(17);
    }
  });
});
