/**
 * Objects as Points (Zhou et al., arXiv:1904.07850): the two released models that have an hourglass backbone.
 */
import { ZOO_NORMALIZATIONS } from "../../image/input/normalization.ts";
import { COCO_KEYPOINTS } from "../coco.ts";
import type { Model } from "../model.ts";
import { PLAIN_HEADS, type ZooArchitecture } from "../zoo/zooArchitecture.ts";
import { objectsAsPointsModel } from "./objectsAsPointsModel.ts";

const ZOO_HOURGLASS = { backbone: "hourglass_104", normalization: ZOO_NORMALIZATIONS.hourglass } as const;

/**
 * By the names of the files that its authors release (github.com/xingyizhou/CenterNet). The Object Detection
 * API rebuilt this network, so its graph (`zooGraph`) and its normalization apply here too, with two
 * differences: the classes are COCO's 80 without the unused ids, and all keypoints share one offset. The
 * reader of checkpoints brings sizes and offsets into the API's order, (y, x).
 */
export const OBJECTS_AS_POINTS_ARCHITECTURES = {
  ctdet_coco_hg: { ...ZOO_HOURGLASS, classes: 80, heads: PLAIN_HEADS },
  multi_pose_hg_3x: {
    ...ZOO_HOURGLASS,
    classes: 1,
    keypoints: COCO_KEYPOINTS.length,
    heads: { ...PLAIN_HEADS, sharedOffset: true },
  },
} as const satisfies Record<string, ZooArchitecture>;

type ObjectsAsPointsName = keyof typeof OBJECTS_AS_POINTS_ARCHITECTURES;

export const OBJECTS_AS_POINTS: readonly Model[] = (
  Object.keys(OBJECTS_AS_POINTS_ARCHITECTURES) as ObjectsAsPointsName[]
).map((name) =>
  objectsAsPointsModel({
    name,
    architecture: OBJECTS_AS_POINTS_ARCHITECTURES[name],
    weightsHint: `Give the file that its authors publish, ${name}.pth, as --weights; this program does not fetch it. See github.com/xingyizhou/CenterNet.`,
  }),
);
