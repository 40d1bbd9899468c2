import { describe, expect, test } from "vitest";
import type { NamedCheckpoint } from "../../src/checkpoints/names/nameParameters.ts";
import { parseLabelMap } from "../../src/checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { parsePipelineConfig } from "../../src/checkpoints/pipelineConfig/pipelineConfig.ts";
import { ModelError } from "../../src/errors.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { zooSpec } from "../../src/loading/zooSpec.ts";
import { modelNamed } from "../../src/models/models.ts";

const text = (value: string) => new TextEncoder().encode(value);

const CONFIG = `model { center_net {
  num_classes: 90
  feature_extractor { type: "resnet_v2_50" }
  image_resizer { keep_aspect_ratio_resizer {
    min_dimension: 512 max_dimension: 512 pad_to_max_dimension: true } }
  object_detection_task { }
  object_center_params { max_box_predictions: 100 }
} }`;
const POSES = `keypoint_estimation_task { task_name: "human_pose" keypoint_class_name: "/m/01g317" per_keypoint_offset: true }`;

function checkpointOf(config: string, backbone?: string, where = "folder/archive.tar.gz"): NamedCheckpoint {
  return {
    format: "tensorbundle",
    where,
    metadata: new Map(),
    evidence: { sidecar: { pipeline: parsePipelineConfig(text(config), "pipeline.config") }, backbone },
    variables: new Map(),
    read: () => Promise.reject(new Error("nothing is read here")),
  };
}

const withPoses = CONFIG.replace("object_center_params", `${POSES} object_center_params`);

function withResizer(resizer: string, backbone = "resnet_v2_50"): string {
  return CONFIG.replace(/keep_aspect_ratio_resizer \{[^}]*\}/, resizer).replace("resnet_v2_50", backbone);
}

describe("the model that a pipeline.config asks for", () => {
  test("is the published one where it is the same network", () => {
    expect(zooSpec(checkpointOf(CONFIG))?.name).toBe("centernet_resnet50_v2_512x512_coco17_tpu-8");
    expect(zooSpec(checkpointOf(withPoses))?.name).toBe("centernet_resnet50_v2_512x512_kpts_coco17_tpu-8");
  });

  test("is its own where size, classes or heads differ", () => {
    const small = CONFIG.replaceAll("512", "320");
    expect(zooSpec(checkpointOf(small))?.name).toBe("centernet_resnet_v2_50_320x320");
    expect(zooSpec(checkpointOf(CONFIG.replace("90", "3")))?.name).toBe("centernet_resnet_v2_50_512x512");
    const shared = withPoses.replace("per_keypoint_offset: true", "");
    expect(zooSpec(checkpointOf(shared))?.architecture.heads.sharedOffset).toBe(true);
  });

  test.each([
    ["fixed_shape_resizer { height: 300 width: 400 }", "400x300"],
    [
      "keep_aspect_ratio_resizer { min_dimension: 256 max_dimension: 512 pad_to_max_dimension: true }",
      "512x512",
    ],
    ["keep_aspect_ratio_resizer { }", "600-1024"],
    ["conditional_shape_resizer { }", "greater300"],
    ["conditional_shape_resizer { condition: SMALLER size_threshold: 64 }", "smaller64"],
    ["pad_to_multiple_resizer { multiple: 32 }", "multiple32"],
    ["identity_resizer { }", "identity"],
  ])("is named after its resizer if that is not the published one: %s", (resizer, size) => {
    expect(zooSpec(checkpointOf(withResizer(resizer)))?.name).toBe(`centernet_resnet_v2_50_${size}`);
  });

  test("is not the published one if images are resized in another way", () => {
    const bicubic = CONFIG.replace(
      "pad_to_max_dimension: true",
      "pad_to_max_dimension: true resize_method: BICUBIC",
    );
    expect(zooSpec(checkpointOf(bicubic))?.name).toBe("centernet_resnet_v2_50_512x512");
    const black = CONFIG.replace(
      "pad_to_max_dimension: true",
      "pad_to_max_dimension: true per_channel_pad_value: [0, 0, 0]",
    );
    expect(zooSpec(checkpointOf(black))?.name).toBe("centernet_resnet50_v2_512x512_coco17_tpu-8");
  });

  test("shows COCO's labels, or those of a label map, whose person has the keypoints", () => {
    const spec = zooSpec(checkpointOf(withPoses));
    expect(spec?.labels.get(18)).toBe("dog");
    expect(spec?.decode.keypointEstimationTask[0]).toMatchObject({ classIndex: 0 });
    const labelMap = parseLabelMap(
      text(`item { name: "ball" id: 1 } item { name: "/m/01g317" display_name: "player" id: 2
        keypoints { id: 0 label: "head" } keypoints { id: 1 label: "foot" } }`),
      "map",
    );
    const own = zooSpec(checkpointOf(withPoses), labelMap);
    expect(own?.labels.get(2)).toBe("player");
    expect(own?.architecture.keypoints).toBe(2);
    expect(own?.decode.keypointEstimationTask[0]).toMatchObject({
      classIndex: 1,
      keypointLabels: ["head", "foot"],
    });
  });

  for (const [title, config, message] of [
    [
      "another backbone",
      CONFIG.replace("resnet_v2_50", "efficientnet"),
      "feature_extractor.type: expected one of",
    ],
    [
      "another width",
      CONFIG.replace('"resnet_v2_50"', '"resnet_v2_50" depth_multiplier: 0.5'),
      "depth_multiplier",
    ],
    [
      "a size at which its maps do not fit together",
      CONFIG.replace("resnet_v2_50", "resnet_v1_50_fpn").replaceAll("512", "300"),
      "image_resizer: expected sides that ResNet-50 V1 FPN can run, multiples of 32, up to 3 less, got 300x300, by keep_aspect_ratio_resizer, 300, padded, bilinear. The nearest that it can run is 288x288.",
    ],
    [
      "two sides of which one does not fit",
      withResizer("fixed_shape_resizer { height: 512 width: 500 }", "hourglass_104"),
      "got 500x512, by fixed_shape_resizer, stretched to 500x512, bilinear. The nearest that it can run is 509x512.",
    ],
    [
      "gray images whose channels are to be exchanged",
      withResizer("fixed_shape_resizer { convert_to_grayscale: true }").replace(
        'type: "resnet_v2_50"',
        'type: "resnet_v2_50" bgr_ordering: true',
      ),
      "image_resizer: expected color, as the feature extractor has bgr_ordering, got convert_to_grayscale.",
    ],
    ["no boxes", CONFIG.replace("object_detection_task { }", ""), "object_detection_task: expected one"],
    [
      "masks",
      CONFIG.replace("object_center_params", "mask_estimation_task { } object_center_params"),
      "mask",
    ],
    [
      "other heads",
      CONFIG.replace(
        "object_detection_task { }",
        "object_detection_task { scale_head_params { num_filters: 64 kernel_sizes: 3 } }",
      ),
      "heads: expected one 3x3 layer",
    ],
  ]) {
    test(`${title} is refused by name`, () => {
      expect(() => zooSpec(checkpointOf(config))).toThrow(ModelError);
      expect(() => zooSpec(checkpointOf(config))).toThrow(message);
    });
  }
});

describe("contradictions", () => {
  test("between configuration and variables are an error", () => {
    expect(() => zooSpec(checkpointOf(CONFIG, "hourglass"))).toThrow(
      "expected the type of the variables' backbone, hourglass, got resnet_v2_50.",
    );
    expect(() => zooSpec(checkpointOf(CONFIG, "resnet_v2_50"))).not.toThrow();
  });

  test("between the name asked for and the configuration are an error", () => {
    const wanted = modelNamed("centernet_hg104_512x512_coco17_tpu-8");
    expect(() => modelOfCheckpoint(checkpointOf(CONFIG), wanted)).toThrow(
      "expected a checkpoint of centernet_hg104_512x512_coco17_tpu-8, got one of centernet_resnet50_v2_512x512_coco17_tpu-8",
    );
    // A pulled archive: what it holds decides, and is told.
    const { model, notes } = modelOfCheckpoint(checkpointOf(CONFIG), wanted, { mayDiffer: true });
    expect(model.name).toBe("centernet_resnet50_v2_512x512_coco17_tpu-8");
    expect(notes).toEqual([
      "folder/archive.tar.gz holds centernet_resnet50_v2_512x512_coco17_tpu-8, by its pipeline.config",
    ]);
  });

  test("between the file's name and its configuration are told", () => {
    const config = CONFIG.replaceAll("512", "320");
    const notes = (where: string) => modelOfCheckpoint(checkpointOf(config, undefined, where)).notes;
    const [renamed] = notes("folder/CenterNet-104_480000.pkl");
    expect(renamed).toMatch(/^the name says centernet-104, the file holds centernet_resnet_v2_50_320x320$/);
    expect(notes("/x/centernet_hg104_512x512_kpts.tar.gz")).toEqual([
      "the name says 512x512, pipeline.config 320x320",
      "the name says keypoints, pipeline.config has none",
      "the name says hg104, pipeline.config resnet_v2_50",
    ]);
    expect(notes("/hg104/mine.tar.gz")).toEqual([]);
  });

  test("and fields outside of the schema are told: they may change what the original would find", () => {
    const config = CONFIG.replace("object_center_params", "soft_nms: 1 object_center_params");
    expect(modelOfCheckpoint(checkpointOf(config)).notes).toEqual([
      "unknown fields of pipeline.config, which are ignored: model.center_net.soft_nms (line 7)",
    ]);
  });

  test("a label map for more classes than the configuration has is refused", () => {
    const labelMap = parseLabelMap(text('item { name: "a" id: 1 } item { name: "b" id: 91 }'), "map");
    expect(() => modelOfCheckpoint(checkpointOf(CONFIG), undefined, { labelMap })).toThrow(
      'label map: expected names for the 90 classes of this checkpoint, with ids from 1 to 90, got id 91 ("b") among 2 names.',
    );
  });

  test("labels are data: they become escapes where they are printed", () => {
    const labelMap = parseLabelMap(text('item { name: "a\\x1b[31mb\\n" id: 1 }'), "map");
    expect(zooSpec(checkpointOf(CONFIG), labelMap)?.labels.get(1)).toBe("a\x1b[31mb\n");
  });

  test("variables without a configuration need a name", () => {
    const bare = { ...checkpointOf(CONFIG), evidence: { backbone: "hourglass" } };
    expect(() => modelOfCheckpoint(bare)).toThrow("Say which model they are for.");
    const wanted = modelNamed("centernet_hg104_512x512_coco17_tpu-8");
    expect(modelOfCheckpoint(bare, wanted).model).toBe(wanted);
  });
});
