/**
 * CenterNet as the TensorFlow Object Detection API builds it (`center_net_meta_arch.py`): normalization, a
 * backbone, a neck, and heads.
 */
import { deconvolutionNeck } from "../../backbones/deconvolutionNeck.ts";
import { type FpnOptions, fpn } from "../../backbones/fpn.ts";
import { HOURGLASS, type HourglassOptions, hourglass } from "../../backbones/hourglass.ts";
import { mobilenetV2 } from "../../backbones/mobilenetV2.ts";
import { RESNET, type ResnetOptions, resnetV1 } from "../../backbones/resnetV1.ts";
import { resnetV2 } from "../../backbones/resnetV2.ts";
import { type Graph, GraphBuilder, type Scope, type Value } from "../../graph/graph.ts";
import { boxHeads, centerHead } from "../../heads/objectHeads.ts";
import { type PoseHeadOptions, poseHeads } from "../../heads/poseHeads.ts";
import type { PredictionHeadOptions } from "../../heads/predictionHead.ts";
import { channelScaling, type Normalization } from "../../image/input/normalization.ts";
import { normalize } from "../../kernels/normalize/op.ts";
import { shapeOf } from "../../tensor.ts";
import type { InputSize } from "../model.ts";
import { ANY_SIDE, type SideRule, sidesInMultiplesOf } from "../sideRule.ts";

/** The fields of a `pipeline.config` that determine the network. */
export interface ZooArchitecture {
  readonly backbone: ZooBackboneName;
  /** How pixels are normalized for the backbone. */
  readonly normalization: Normalization;
  readonly classes: number;
  /** How many keypoints a pose has. Absent if the model only finds boxes. */
  readonly keypoints?: number;
  readonly heads: PoseHeadOptions;
}

interface ZooBackbone {
  /** The usual spelling: `Hourglass-104`. */
  readonly title: string;
  /** The stride of its innermost map, in multiples of which the sides of its input are best. */
  readonly sizeMultiple: number;
  /** All sides that it can run. */
  readonly sides: SideRule;
  /** Features for the heads, H/4 x W/4 x C, one map per stack. Inference uses the last. */
  features(image: Value, root: Scope): readonly Value[];
}

/** The batch norms of necks have an epsilon of their own and follow convolutions with a bias. */
const NECK_NORM = { bias: true, batchNorm: { epsilon: 1e-3 } };
const RESNET_FPN: FpnOptions = {
  topChannels: 256,
  channels: [128, 64, 64],
  separable: false,
  upsampling: "nearest",
  norm: NECK_NORM,
};
const MOBILENET_FPN: FpnOptions = {
  topChannels: 64,
  channels: [32, 24, 24],
  separable: true,
  upsampling: "nearest",
  norm: NECK_NORM,
};

const FPN_SIDES = { sizeMultiple: 32, sides: sidesInMultiplesOf(32) };

/** By the value of `feature_extractor { type }` in a `pipeline.config`. */
export const ZOO_BACKBONES = {
  hourglass_10: hourglassBackbone("Hourglass-10", HOURGLASS["hourglass-10"]),
  hourglass_20: hourglassBackbone("Hourglass-20", HOURGLASS["hourglass-20"]),
  hourglass_32: hourglassBackbone("Hourglass-32", HOURGLASS["hourglass-32"]),
  hourglass_52: hourglassBackbone("Hourglass-52", HOURGLASS["hourglass-52"]),
  hourglass_100: hourglassBackbone("Hourglass-100", HOURGLASS["hourglass-100"]),
  hourglass_104: hourglassBackbone("Hourglass-104", HOURGLASS["hourglass-104"]),
  resnet_v1_50_fpn: resnetV1Backbone("ResNet-50 V1 FPN", RESNET["resnet-50"]),
  resnet_v1_101_fpn: resnetV1Backbone("ResNet-101 V1 FPN", RESNET["resnet-101"]),
  resnet_v2_50: {
    title: "ResNet-50 V2",
    sizeMultiple: 32,
    sides: ANY_SIDE,
    features: (image, root) => [deconvolutionNeck(resnetV2(image, root.at("backbone")), root.at("neck"))],
  },
  mobilenet_v2_fpn_sep_conv: {
    title: "MobileNetV2 FPN",
    ...FPN_SIDES,
    features(image, root) {
      const norm = { batchNorm: { epsilon: 1e-3 } };
      const pyramid = mobilenetV2(image, root.at("backbone"), { width: 1, norm });
      return [fpn(pyramid, root.at("fpn"), MOBILENET_FPN)]; // H/4 x W/4 x 24
    },
  },
} as const satisfies Record<string, ZooBackbone>;

export type ZooBackboneName = keyof typeof ZOO_BACKBONES;

function hourglassBackbone(title: string, options: HourglassOptions): ZooBackbone {
  const sizeMultiple = 4 * 2 ** (options.channels.length - 1);
  return {
    title,
    sizeMultiple,
    sides: sidesInMultiplesOf(sizeMultiple),
    features: (image, root) => hourglass(image, root.at("backbone"), options),
  };
}

function resnetV1Backbone(title: string, options: ResnetOptions): ZooBackbone {
  return {
    title,
    ...FPN_SIDES,
    features: (image, root) => [
      fpn(resnetV1(image, root.at("backbone"), options), root.at("fpn"), RESNET_FPN),
    ],
  };
}

/** Output channels of the 3x3 convolution in every head. */
const HEAD_FILTERS = 256;
export const PLAIN_HEADS: PredictionHeadOptions = { filters: HEAD_FILTERS, separable: false };
export const SEPARABLE_HEADS: PredictionHeadOptions = { filters: HEAD_FILTERS, separable: true };

/**
 * Input: `image`, RGB from 0 to 255. Outputs: `centerHeatmap`, `boxSize`, `boxOffset` and, with keypoints,
 * `keypointHeatmap`, `keypointRegression`, `keypointOffset`, each H/4 x W/4.
 *
 * The last stack's heads have the scope `heads`. Those of an earlier stack s have the scope `stack<s>.heads`.
 * They are needed for training and stored in checkpoints, but no output reads them, so they run only if they
 * are tapped.
 */
export function zooGraph(architecture: ZooArchitecture, { height, width }: InputSize): Graph {
  const builder = new GraphBuilder();
  const { root } = builder;
  const image = builder.input("image", shapeOf(height, width, 3));
  const x = normalize(image, root.at("preprocess"), channelScaling(architecture.normalization)); // H x W x 3
  const stacks = ZOO_BACKBONES[architecture.backbone].features(x, root); // H/4 x W/4 x C
  const last = stacks.length - 1;
  stacks.slice(0, last).forEach((features, s) => {
    zooHeads(features, root.at(`stack${s}`).at("heads"), architecture);
  });
  const outputs = zooHeads(stacks[last], root.at("heads"), architecture);
  for (const [name, value] of Object.entries(outputs)) builder.output(name, value);
  return builder.build();
}

function zooHeads(
  features: Value,
  p: Scope,
  { classes, keypoints, heads }: ZooArchitecture,
): Record<string, Value> {
  const objects = { ...centerHead(features, p, classes, heads), ...boxHeads(features, p, heads) };
  return keypoints === undefined ? objects : { ...objects, ...poseHeads(features, p, keypoints, heads) };
}
