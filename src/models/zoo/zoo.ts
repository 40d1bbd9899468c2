/**
 * The CenterNets of the TensorFlow 2 detection zoo, as their `pipeline.config` files describe them. The
 * published figures are from the zoo's table (COCO 2017 val; the GPU is not named).
 */
import { ZOO_NORMALIZATIONS } from "../../image/input/normalization.ts";
import { COCO_KEYPOINTS } from "../coco.ts";
import type { PublishedFigures } from "../model.ts";
import { PLAIN_HEADS, SEPARABLE_HEADS, type ZooArchitecture } from "./zooArchitecture.ts";

export interface ZooRow {
  readonly name: string;
  /** Side of the input, in pixels. */
  readonly side: number;
  readonly architecture: ZooArchitecture;
  /** The date of its archive, as in the archive's URL. */
  readonly archiveDate: string;
  readonly published: PublishedFigures;
}

const { hourglass, resnetV1, resnetV2, mobilenetV2 } = ZOO_NORMALIZATIONS;
const HOURGLASS_104 = { backbone: "hourglass_104", normalization: hourglass, heads: PLAIN_HEADS } as const;
const RESNET_50_V1 = { backbone: "resnet_v1_50_fpn", normalization: resnetV1, heads: PLAIN_HEADS } as const;
const RESNET_101_V1 = { backbone: "resnet_v1_101_fpn", normalization: resnetV1, heads: PLAIN_HEADS } as const;
const RESNET_50_V2 = { backbone: "resnet_v2_50", normalization: resnetV2, heads: PLAIN_HEADS } as const;
const MOBILENET_V2 = {
  backbone: "mobilenet_v2_fpn_sep_conv",
  normalization: mobilenetV2,
  heads: SEPARABLE_HEADS,
} as const;

/** COCO's label ids run to 90; ten of them are unused. */
const OBJECTS = { classes: 90 };
const OBJECTS_AND_POSES = { classes: 90, keypoints: COCO_KEYPOINTS.length };
const PERSONS_AND_POSES = { classes: 1, keypoints: COCO_KEYPOINTS.length };

export const ZOO: readonly ZooRow[] = [
  {
    name: "centernet_hg104_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...HOURGLASS_104, ...OBJECTS },
    archiveDate: "20200713",
    published: { milliseconds: 70, boxes: 41.9 },
  },
  {
    name: "centernet_hg104_512x512_kpts_coco17_tpu-32",
    side: 512,
    architecture: { ...HOURGLASS_104, ...OBJECTS_AND_POSES },
    archiveDate: "20200711",
    published: { milliseconds: 76, boxes: 40.0, keypoints: 61.4 },
  },
  {
    name: "centernet_hg104_1024x1024_coco17_tpu-32",
    side: 1024,
    architecture: { ...HOURGLASS_104, ...OBJECTS },
    archiveDate: "20200713",
    published: { milliseconds: 197, boxes: 44.5 },
  },
  {
    name: "centernet_hg104_1024x1024_kpts_coco17_tpu-32",
    side: 1024,
    architecture: { ...HOURGLASS_104, ...OBJECTS_AND_POSES },
    archiveDate: "20200711",
    published: { milliseconds: 211, boxes: 42.8, keypoints: 64.5 },
  },
  {
    name: "centernet_resnet50_v1_fpn_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V1, ...OBJECTS },
    archiveDate: "20200711",
    published: { milliseconds: 27, boxes: 31.2 },
  },
  {
    name: "centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V1, ...OBJECTS_AND_POSES },
    archiveDate: "20200711",
    published: { milliseconds: 30, boxes: 29.3, keypoints: 50.7 },
  },
  {
    name: "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_101_V1, ...OBJECTS },
    archiveDate: "20200711",
    published: { milliseconds: 34, boxes: 34.2 },
  },
  {
    name: "centernet_resnet50_v2_512x512_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V2, ...OBJECTS },
    archiveDate: "20200711",
    published: { milliseconds: 27, boxes: 29.5 },
  },
  {
    name: "centernet_resnet50_v2_512x512_kpts_coco17_tpu-8",
    side: 512,
    architecture: { ...RESNET_50_V2, ...OBJECTS_AND_POSES },
    archiveDate: "20200711",
    published: { milliseconds: 30, boxes: 27.6, keypoints: 48.2 },
  },
  {
    name: "centernet_mobilenetv2fpn_512x512_coco17_od",
    side: 512,
    architecture: { ...MOBILENET_V2, ...OBJECTS },
    archiveDate: "20210210",
    published: { milliseconds: 6, boxes: 23.4 },
  },
  {
    name: "centernet_mobilenetv2fpn_512x512_coco17_kpts",
    side: 512,
    architecture: { ...MOBILENET_V2, ...PERSONS_AND_POSES },
    archiveDate: "20210210",
    published: { milliseconds: 6, keypoints: 41.7 },
  },
];

/** The bucket behind http://download.tensorflow.org, to which the zoo's page links; only here it speaks https. */
const BUCKET = "https://storage.googleapis.com/download.tensorflow.org/models/object_detection/tf2";

/** The public URL of the `.tar.gz` that holds a model's weights. */
export function archiveAddress({ name, archiveDate }: ZooRow): string {
  return `${BUCKET}/${archiveDate}/${name}.tar.gz`;
}
