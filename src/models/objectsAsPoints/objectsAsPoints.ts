/** Objects as Points (Zhou et al., arXiv:1904.07850): the two released models that are hourglasses. */

import { HOURGLASS, type HourglassOptions } from "../../backbones/hourglass.ts";
import { ZOO_NORMALIZATIONS } from "../../image/input/normalization.ts";
import { COCO_KEYPOINTS } from "../coco.ts";
import type { Model } from "../model.ts";
import { PLAIN_HEADS, type ZooArchitecture } from "../zoo/zooArchitecture.ts";
import { objectsAsPointsModel } from "./objectsAsPointsModel.ts";

const ZOO_HOURGLASS = { backbone: "hourglass_104", normalization: ZOO_NORMALIZATIONS.hourglass } as const;

/**
 * Objects as Points on the hourglass (Zhou et al., arXiv:1904.07850; github.com/xingyizhou/CenterNet), by the
 * names of its released files. The Object Detection API rebuilt this network, so that its graph, `zooGraph`, is
 * theirs too, pixels' means and deviations included; only the classes are COCO's 80 without the unused ids, and
 * one keypoint offset serves all keypoints. Reading a checkpoint brings sizes and offsets into the API's order,
 * (y, x).
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

/** What a state dict's variables tell of its network. */
export interface ObjectsAsPointsFacts {
  readonly hourglass: HourglassOptions;
  readonly classes: number;
  readonly keypoints?: number;
}

/** The released model of this network; undefined where it is another. */
export function objectsAsPointsModelOf({
  hourglass,
  classes,
  keypoints,
}: ObjectsAsPointsFacts): Model | undefined {
  const { stacks, stemChannels, channels, blocks, featureChannels } = hourglass;
  const released = HOURGLASS["hourglass-104"];
  const told = [stacks, stemChannels, channels, blocks, featureChannels];
  const wanted = [
    released.stacks,
    released.stemChannels,
    released.channels,
    released.blocks,
    released.channels[0],
  ];
  if (JSON.stringify(told) !== JSON.stringify(wanted)) return undefined;
  return OBJECTS_AS_POINTS.find(({ name }) => {
    const row: { classes: number; keypoints?: number } =
      OBJECTS_AS_POINTS_ARCHITECTURES[name as ObjectsAsPointsName];
    return row.classes === classes && row.keypoints === keypoints;
  });
}
