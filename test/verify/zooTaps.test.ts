import { expect, test } from "vitest";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { zooTapSource } from "../../src/verify/taps/zoo.ts";

/** Of each backbone's golden cases: a tap of the stem, of the depths, of the neck, and the heads. */
const TAPS = [
  ["hourglass_104", "stem/conv", "backbone.stem.conv.relu"],
  ["hourglass_104", "hourglass0/skip", "backbone.stack0.level0.skip.1.relu"],
  ["hourglass_104", "hourglass0/inner/inner/inner/inner/innermost", "backbone.stack0.inner.3.relu"],
  ["hourglass_104", "hourglass1/inner/inner/out", "backbone.stack1.level2.add"],
  ["hourglass_104", "inter0/sum", "backbone.merge0.relu"],
  ["hourglass_104", "features1", "backbone.stack1.features.relu"],
  ["hourglass_104", "stack0/heads/box/scale", "stack0.heads.boxSize.out.bias"],
  ["hourglass_104", "heads/box/scale", "heads.boxSize.out.bias"],
  ["resnet_v1_101_fpn", "backbone/conv4_block23_out", "backbone.stage4.block23.relu"],
  ["resnet_v1_101_fpn", "top/10_conv", "fpn.merge3.bias"],
  ["resnet_v2_50", "backbone/conv4_block6_out", "backbone.stage4.block6.add"],
  ["resnet_v2_50", "top/15_deconv", "neck.level2.deconvolution.bias"],
  [
    "mobilenet_v2_fpn_sep_conv",
    "backbone/expanded_conv_project_BN",
    "backbone.block0.project.norm.batchNorm",
  ],
  ["mobilenet_v2_fpn_sep_conv", "top/16_sepconv", "fpn.merge2.pointwise.bias"],
  ["mobilenet_v2_fpn_sep_conv", "heads/human_pose/keypoint/offset", "heads.keypointOffset.out.bias"],
] as const;

test.each(TAPS)("%s %s is %s", (backbone, tap, value) => {
  expect(zooTapSource(backbone)(tap)).toEqual({ value });
  const row = ZOO.findLast(({ architecture }) => architecture.backbone === backbone);
  const graph = row && zooGraph(row.architecture, { height: 128, width: 128 });
  expect(graph?.nodes.map(({ name }) => name)).toContain(value);
});

test("a tap of another backbone is not known", () => {
  expect(zooTapSource("resnet_v2_50")("top/04_sepconv")).toBeUndefined();
  expect(zooTapSource("hourglass_104")("backbone/conv1_relu")).toBeUndefined();
  expect(zooTapSource("hourglass_104")("heads/object_center/extra")).toBeUndefined();
});
