/** Names of variables, as these networks' published files have them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { relativeOf } from "../../src/checkpoints/names/relatives.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { ModelError } from "../../src/errors.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";

const HEADS = ["hm.0.weight", "hm.2.weight", "wh.0.weight", "reg.0.weight"];
const DLA = ["base.base_layer.0.weight", "base.level2.tree1.conv1.weight", "dla_up.ida_0.up_1.weight"];
const RESNET = ["conv1.weight", "layer1.0.conv1.weight", "layer4.0.conv1.weight"];
const CORNERNET = [
  "kps.0.up1.0.conv1.weight",
  "cnvs.0.conv.weight",
  "tl_heats.0.0.conv.weight",
  "tl_tags.0.1.bias",
];

const NETWORKS: [what: RegExp, names: string[]][] = [
  [/^the 3D detector of Objects as Points/, [...DLA, ...HEADS, "dep.0.weight", "rot.0.weight"]],
  [/^ExtremeNet of Objects as Points/, [...DLA, "hm_t.0.weight", "hm_l.0.weight"]],
  [/^CenterTrack/, [...DLA, "base.pre_img_layer.0.weight", ...HEADS, "tracking.0.weight"]],
  [/^FairMOT/, [...DLA, ...HEADS, "id.0.weight"]],
  [/^a pose network on a ResNet/, [...RESNET, "deconv_layers.0.weight", "final_layer.weight"]],
  [/^CenterNet of mmdetection/, ["backbone.conv1.weight", "bbox_head.heatmap_head.0.weight"]],
  [/^CornerNet of mmdetection/, ["backbone.stem.0.conv.weight", "bbox_head.tl_heat.0.0.conv.weight"]],
  [/^CentripetalNet/, ["backbone.stem.0.conv.weight", "bbox_head.tl_guiding_shift.0.0.conv.weight"]],
  [
    /^a detector of mmdetection/,
    ["backbone.conv1.weight", "neck.lateral_convs.0.conv.weight", "bbox_head.fc_cls.weight"],
  ],
  [
    /^CenterNet2/,
    ["backbone.bottom_up.base.conv1.weight", "proposal_generator.centernet_head.agn_hm.weight"],
  ],
  [/^a detector of Detectron2/, ["backbone.bottom_up.stem.conv1.weight", "roi_heads.box_head.fc1.weight"]],
  [/^CornerNet \(princeton-vl\)/, CORNERNET],
  [/^CornerNet \(princeton-vl\)/, CORNERNET.map((name) => `module.${name}`)],
  [/^CornerNet-Lite/, ["module.hg.pre.0.conv.weight", "module.tl_heats.0.0.conv.weight"]],
  [/^ExtremeNet \(/, ["kps.0.up1.0.conv1.weight", "t_heats.0.0.conv.weight", "l_heats.0.0.conv.weight"]],
  [/^YOLO \(Ultra/, ["model.0.conv.weight", "model.22.dfl.conv.weight"]],
  [/^YOLO \(Ultra/, ["model.24.anchors", "model.24.m.0.weight"]],
  [/^YOLOX/, ["backbone.backbone.stem.conv.conv.weight", "head.cls_convs.0.0.conv.weight"]],
  [/^YOLO \(darknet/, ["module_list.0.Conv2d.weight"]],
  [
    /^DETR/,
    [
      "transformer.encoder.layers.0.self_attn.in_proj_weight",
      "class_embed.weight",
      "bbox_embed.layers.0.bias",
    ],
  ],
  [
    /^DETR/,
    ["model.encoder.layers.0.fc1.weight", "class_labels_classifier.weight", "bbox_predictor.layers.0.bias"],
  ],
  [/^Deformable DETR/, ["transformer.encoder.layers.0.self_attn.sampling_offsets.weight"]],
  [/^a detector of torchvision/, ["backbone.body.conv1.weight", "roi_heads.box_head.fc6.weight"]],
  [/^a detector of torchvision/, ["backbone.body.conv1.weight", "head.classification_head.cls_logits.bias"]],
  [/^HRNet/, ["conv1.weight", "stage2.0.branches.0.0.conv1.weight"]],
  [/^a ResNet that classifies/, [...RESNET, "fc.weight"]],
  [/^a ResNet without a head/, RESNET],
  [/^a classifier of torchvision/, ["features.0.0.weight", "classifier.1.weight"]],
  [/^a classifier of timm/, ["conv_stem.weight", "blocks.0.0.conv_dw.weight"]],
  [/^a vision transformer/, ["cls_token", "patch_embed.proj.weight"]],
  [/^a ResNet of Hugging Face/, ["resnet.encoder.stages.0.layers.0.layer.0.convolution.weight"]],
  [/^a transformer/, ["model.layers.0.self_attn.q_proj.weight"]],
  [/^a Keras model/, ["layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE"]],
  [/^a Keras model/, ["conv2d_1/kernel:0"]],
  [/^SSD or RetinaNet/, ["model/_box_predictor/_base_tower_layers_for_heads/0/kernel"]],
];

test.each(NETWORKS)("%s is told by its names", (what, names) => {
  expect(relativeOf(names)?.what).toMatch(what);
});

test("names of networks that are read, or of none, are no relative's", () => {
  expect(relativeOf(["backbone.stem.conv.kernel", "heads.center.out.kernel"])).toBeUndefined();
  expect(relativeOf(["kps.0.up1.0.conv1.weight", "ct_heats.0.0.conv.weight"])).toBeUndefined();
  expect(relativeOf(["a.weight", "a.bias"])).toBeUndefined();
  expect(relativeOf([])).toBeUndefined();
});

const fixture = (name: string) => ({
  where: name,
  bytes: new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url))),
});

test("names-mmdet-centernet.pth is refused by name, whatever model is asked for", async () => {
  const checkpoint = await openCheckpoint(fixture("names-mmdet-centernet.pth"));
  for (const model of [undefined, "ctdet_coco_hg", "movenet-lightning"]) {
    const error = await openModelWeights(model, { weights: checkpoint }).catch((cause) => cause);
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(
      /got those of CenterNet of mmdetection, an architecture that is not read yet\. Objects as Points is read on Hourglass-104, DLA-34 and ResNets\./,
    );
    expect(error.message).not.toContain("--model");
  }
});

test("names of DLA-34 without its shapes are told from another network", async () => {
  const checkpoint = await openCheckpoint(fixture("names-dla34.pth"));
  const error = await openModelWeights(undefined, { weights: checkpoint }).catch((cause) => cause);
  expect(error).toBeInstanceOf(ModelError);
  expect(error.message).toMatch(
    /expected Objects as Points on DLA-34 or a ResNet: .*, got variables of another size or number of heads/,
  );
});

const withNames = (names: string[]): Checkpoint => ({
  format: "safetensors",
  where: "a.safetensors",
  metadata: new Map([["format", "pt"]]),
  variables: new Map(names.map((name) => [name, { dtype: "F32", shape: [1], byteLength: 4 }])),
  read: () => Promise.reject(new Error("nothing is read here")),
});

test("other names are shown instead of sending the user to --model", async () => {
  const open = openModelWeights(undefined, { weights: withNames(["a.weight", "b.weight"]) });
  await expect(open).rejects.toThrow(/got variables of another one, as "a\.weight"\. Read are MoveNet/);
  const own = openModelWeights(undefined, { weights: withNames(["backbone.block0.depthwise.kernel"]) });
  await expect(own).rejects.toThrow(/does not say its model\. Say which model/);
});

test("CornerNet is not taken for triplets", async () => {
  const named = await nameParameters({ ...withNames(CORNERNET), format: "torch" });
  expect(named.evidence).toMatchObject({ relative: { sibling: "triplets" } });
  const open = openModelWeights("centernet-104", { weights: named });
  await expect(open).rejects.toThrow(/got those of CornerNet .* keypoint triplets, which extend CornerNet/);
});
