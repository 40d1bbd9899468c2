/** Objects as Points (Zhou et al., arXiv:1904.07850): the two released models that are hourglasses. */
import { HOURGLASS, type HourglassOptions } from "../../backbones/hourglass.ts";
import type { Model } from "../model.ts";
import { POINTS_ARCHITECTURES } from "../pointsArchitecture.ts";
import { pointsModel } from "./pointsModel.ts";

type PointsName = keyof typeof POINTS_ARCHITECTURES;

export const POINTS: readonly Model[] = (Object.keys(POINTS_ARCHITECTURES) as PointsName[]).map((name) =>
  pointsModel({
    name,
    architecture: POINTS_ARCHITECTURES[name],
    weightsHint: `Give the file that its authors publish, ${name}.pth, as --weights; this program does not fetch it. See github.com/xingyizhou/CenterNet.`,
  }),
);

/** What a state dict's variables tell of its network. */
export interface PointsFacts {
  readonly hourglass: HourglassOptions;
  readonly classes: number;
  readonly keypoints?: number;
}

/** The released model of this network; undefined where it is another. */
export function pointsModelOf({ hourglass, classes, keypoints }: PointsFacts): Model | undefined {
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
  return POINTS.find(({ name }) => {
    const row: { classes: number; keypoints?: number } = POINTS_ARCHITECTURES[name as PointsName];
    return row.classes === classes && row.keypoints === keypoints;
  });
}
