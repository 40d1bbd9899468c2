import type { ZooBackboneName } from "../../models/zoo/zooArchitecture.ts";

/**
 * Taps of the CenterNets of the TensorFlow 2 detection zoo: maps the original's tap names to values of the
 * graph. Backbone taps are named after Keras layers (`conv4_block6_out`) or parts of the hourglass, taps of a
 * neck after their position and kind (`08_conv`).
 */
export function zooTapSource(
  backbone: ZooBackboneName,
): (tap: string) => { readonly value: string } | undefined {
  const rules = [...HEADS, ...BODIES[backbone]];
  return (tap) => {
    const name = levelsCounted(tap);
    const rule = rules.find(([pattern]) => pattern.test(name));
    return rule && { value: name.replace(...rule) };
  };
}

/** `hourglass0/inner/inner/skip` is at the third level of the first stack: `stack0/level2/skip`. */
function levelsCounted(tap: string): string {
  return tap.replace(/^hourglass(\d+)\/((?:inner\/)*)/, (_, stack: string, inner: string) => {
    return `stack${stack}/level${inner.split("/").length - 1}/`;
  });
}

/** Pattern of the tap's name, and the value's name, in which `$1` is the first group. */
type Rule = readonly [pattern: RegExp, value: string];

/** Taps of a stack before the last start with the stack: `stack0/heads/object_center`. */
const HEADS: readonly Rule[] = [
  [/^heads\/object_center$/, "heads.center.out.bias"],
  [/^heads\/box\/scale$/, "heads.boxSize.out.bias"],
  [/^heads\/box\/offset$/, "heads.boxOffset.out.bias"],
  [/^heads\/human_pose\/keypoint\/heatmap$/, "heads.keypointHeatmap.out.bias"],
  [/^heads\/human_pose\/keypoint\/regression$/, "heads.keypointRegression.out.bias"],
  [/^heads\/human_pose\/keypoint\/offset$/, "heads.keypointOffset.out.bias"],
  [/^(stack\d+)\/heads\/object_center$/, "$1.heads.center.out.bias"],
  [/^(stack\d+)\/heads\/box\/scale$/, "$1.heads.boxSize.out.bias"],
  [/^(stack\d+)\/heads\/box\/offset$/, "$1.heads.boxOffset.out.bias"],
  [/^(stack\d+)\/heads\/human_pose\/keypoint\/heatmap$/, "$1.heads.keypointHeatmap.out.bias"],
  [/^(stack\d+)\/heads\/human_pose\/keypoint\/regression$/, "$1.heads.keypointRegression.out.bias"],
  [/^(stack\d+)\/heads\/human_pose\/keypoint\/offset$/, "$1.heads.keypointOffset.out.bias"],
];

/** A branch's tap is its last block: of two in Hourglass-104, or of four at the innermost level. */
const HOURGLASS: readonly Rule[] = [
  [/^stem\/(conv|residual)$/, "backbone.stem.$1.relu"],
  [/^(stack\d+)\/(level\d+)\/(skip|down)$/, "backbone.$1.$2.$3.1.relu"],
  [/^(stack\d+)\/(level\d+)\/decoded$/, "backbone.$1.$2.up.1.relu"],
  [/^(stack\d+)\/(level\d+)\/out$/, "backbone.$1.$2.add"],
  [/^(stack\d+)\/level\d+\/innermost$/, "backbone.$1.inner.3.relu"],
  [/^features(\d+)$/, "backbone.stack$1.features.relu"],
  [/^inter(\d+)\/sum$/, "backbone.merge$1.relu"],
  [/^inter(\d+)\/out$/, "backbone.merge$1.residual.relu"],
];

const FPN: readonly Rule[] = [
  [/^top\/00_conv$/, "fpn.lateral5.bias"],
  [/^top\/02_conv$/, "fpn.lateral4.bias"],
  [/^top\/03_add$/, "fpn.merge4.add"],
  [/^top\/04_conv$/, "fpn.merge4.bias"],
  [/^top\/04_sepconv$/, "fpn.merge4.pointwise.bias"],
  [/^top\/06_relu$/, "fpn.merge4.relu"],
  [/^top\/08_conv$/, "fpn.lateral3.bias"],
  [/^top\/09_add$/, "fpn.merge3.add"],
  [/^top\/10_conv$/, "fpn.merge3.bias"],
  [/^top\/10_sepconv$/, "fpn.merge3.pointwise.bias"],
  [/^top\/12_relu$/, "fpn.merge3.relu"],
  [/^top\/14_conv$/, "fpn.lateral2.bias"],
  [/^top\/15_add$/, "fpn.merge2.add"],
  [/^top\/16_conv$/, "fpn.merge2.bias"],
  [/^top\/16_sepconv$/, "fpn.merge2.pointwise.bias"],
  [/^top\/18_relu$/, "fpn.merge2.relu"],
];

const RESNET_V1: readonly Rule[] = [
  [/^backbone\/conv1_relu$/, "backbone.stem.relu"],
  [/^backbone\/pool1_pool$/, "backbone.stem.maxPool"],
  [/^backbone\/conv(\d)_block(\d+)_out$/, "backbone.stage$1.block$2.relu"],
];

const RESNET_V2: readonly Rule[] = [
  [/^backbone\/conv1_conv$/, "backbone.stem.bias"],
  [/^backbone\/pool1_pool$/, "backbone.stem.maxPool"],
  [/^backbone\/conv(\d)_block(\d+)_out$/, "backbone.stage$1.block$2.add"],
];

const DECONVOLUTION_NECK: readonly Rule[] = [
  [/^top\/00_conv$/, "neck.level4.conv.bias"],
  [/^top\/02_relu$/, "neck.level4.conv.relu"],
  [/^top\/03_deconv$/, "neck.level4.deconvolution.bias"],
  [/^top\/05_relu$/, "neck.level4.deconvolution.relu"],
  [/^top\/06_conv$/, "neck.level3.conv.bias"],
  [/^top\/08_relu$/, "neck.level3.conv.relu"],
  [/^top\/09_deconv$/, "neck.level3.deconvolution.bias"],
  [/^top\/11_relu$/, "neck.level3.deconvolution.relu"],
  [/^top\/12_conv$/, "neck.level2.conv.bias"],
  [/^top\/14_relu$/, "neck.level2.conv.relu"],
  [/^top\/15_deconv$/, "neck.level2.deconvolution.bias"],
  [/^top\/17_relu$/, "neck.level2.deconvolution.relu"],
];

const MOBILENET_V2: readonly Rule[] = [
  [/^backbone\/Conv1_relu$/, "backbone.stem.relu6"],
  [/^backbone\/expanded_conv_project_BN$/, "backbone.block0.project.norm.batchNorm"],
  [/^backbone\/block_(\d+)_project_BN$/, "backbone.block$1.project.norm.batchNorm"],
  [/^backbone\/block_(\d+)_add$/, "backbone.block$1.add"],
  [/^backbone\/out_relu$/, "backbone.top.relu6"],
];

const RESNET_V1_FPN = [...RESNET_V1, ...FPN];

const BODIES: Readonly<Record<ZooBackboneName, readonly Rule[]>> = {
  hourglass_10: HOURGLASS,
  hourglass_20: HOURGLASS,
  hourglass_32: HOURGLASS,
  hourglass_52: HOURGLASS,
  hourglass_100: HOURGLASS,
  hourglass_104: HOURGLASS,
  resnet_v1_50_fpn: RESNET_V1_FPN,
  resnet_v1_101_fpn: RESNET_V1_FPN,
  resnet_v2_50: [...RESNET_V2, ...DECONVOLUTION_NECK],
  mobilenet_v2_fpn_sep_conv: [...MOBILENET_V2, ...FPN],
};
