/**
 * The CenterNets of the TensorFlow 2 detection zoo, as their `pipeline.config` files describe them.
 * Published figures: the zoo's table (COCO 2017 val; the GPU behind the milliseconds was never named).
 */
import type { NormalizeAttributes } from "../kernels/normalize/op.ts";
import { COCO_KEYPOINTS } from "./cocoPose.ts";
import { PLAIN_HEADS, SEPARABLE_HEADS, type ZooArchitecture } from "./zooArchitecture.ts";

export interface ZooRow {
  readonly name: string;
  /** Of the input, in pixels. */
  readonly side: number;
  readonly architecture: ZooArchitecture;
  readonly published: PublishedFigures;
}

export interface PublishedFigures {
  readonly milliseconds: number;
  /** Mean average precision, in percent; absent where the zoo gives none. */
  readonly boxes?: number;
  readonly keypoints?: number;
}

/** `channel_means`, `channel_stds` and `bgr_ordering` of the hourglass' configurations. */
const HOURGLASS_PIXELS: NormalizeAttributes = {
  order: [2, 1, 0],
  mean: [104.01362, 114.034225, 119.916595],
  scale: [1 / 73.60277, 1 / 69.89082, 1 / 70.91508],
  offset: [0, 0, 0],
};

/** Keras' mode `caffe`, which the ResNet V1 extractor applies by itself: blue, green, red less their means. */
const CAFFE_PIXELS: NormalizeAttributes = {
  order: [2, 1, 0],
  mean: [103.939, 116.779, 123.68],
  scale: [1, 1, 1],
  offset: [0, 0, 0],
};

/** Keras' mode `tf`, of ResNet V2 and MobileNetV2: from -1 to 1. */
const SYMMETRIC_PIXELS: NormalizeAttributes = {
  order: [0, 1, 2],
  mean: [0, 0, 0],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  offset: [-1, -1, -1],
};

const HOURGLASS_104 = { backbone: "hourglass_104", pixels: HOURGLASS_PIXELS, heads: PLAIN_HEADS } as const;
const RESNET_50_V1 = { backbone: "resnet_v1_50_fpn", pixels: CAFFE_PIXELS, heads: PLAIN_HEADS } as const;
const RESNET_101_V1 = { backbone: "resnet_v1_101_fpn", pixels: CAFFE_PIXELS, heads: PLAIN_HEADS } as const;
const RESNET_50_V2 = { backbone: "resnet_v2_50", pixels: SYMMETRIC_PIXELS, heads: PLAIN_HEADS } as const;
const MOBILENET_V2 = {
  backbone: "mobilenet_v2_fpn_sep_conv",
  pixels: SYMMETRIC_PIXELS,
  heads: SEPARABLE_HEADS,
} as const;

/** COCO's label ids go to 90, though ten of them are not used. */
const OBJECTS = { classes: 90 };
const OBJECTS_AND_POSES = { classes: 90, keypoints: COCO_KEYPOINTS.length };
const PERSONS_AND_POSES = { classes: 1, keypoints: COCO_KEYPOINTS.length };

export const ZOO: readonly ZooRow[] = [
  {
    name: "centernet_hg104_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...HOURGLASS_104, ...OBJECTS },
    published: { milliseconds: 70, boxes: 41.9 },
  },
  {
    name: "centernet_hg104_512x512_kpts_coco17_tpu-32",
    side: 512,
    architecture: { ...HOURGLASS_104, ...OBJECTS_AND_POSES },
    published: { milliseconds: 76, boxes: 40.0, keypoints: 61.4 },
  },
  {
    name: "centernet_hg104_1024x1024_coco17_tpu-32",
    side: 1024,
    architecture: { ...HOURGLASS_104, ...OBJECTS },
    published: { milliseconds: 197, boxes: 44.5 },
  },
  {
    name: "centernet_hg104_1024x1024_kpts_coco17_tpu-32",
    side: 1024,
    architecture: { ...HOURGLASS_104, ...OBJECTS_AND_POSES },
    published: { milliseconds: 211, boxes: 42.8, keypoints: 64.5 },
  },
  {
    name: "centernet_resnet50_v1_fpn_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V1, ...OBJECTS },
    published: { milliseconds: 27, boxes: 31.2 },
  },
  {
    name: "centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V1, ...OBJECTS_AND_POSES },
    published: { milliseconds: 30, boxes: 29.3, keypoints: 50.7 },
  },
  {
    name: "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_101_V1, ...OBJECTS },
    published: { milliseconds: 34, boxes: 34.2 },
  },
  {
    name: "centernet_resnet50_v2_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V2, ...OBJECTS },
    published: { milliseconds: 27, boxes: 29.5 },
  },
  {
    name: "centernet_resnet50_v2_512x512_kpts_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V2, ...OBJECTS_AND_POSES },
    published: { milliseconds: 30, boxes: 27.6, keypoints: 48.2 },
  },
  {
    name: "centernet_mobilenetv2fpn_512x512_coco17_od",
    side: 512,
    architecture: { ...MOBILENET_V2, ...OBJECTS },
    published: { milliseconds: 6, boxes: 23.4 },
  },
  {
    name: "centernet_mobilenetv2fpn_512x512_coco17_kpts",
    side: 512,
    architecture: { ...MOBILENET_V2, ...PERSONS_AND_POSES },
    published: { milliseconds: 6, keypoints: 41.7 },
  },
];
