import type { Keypoint } from "../../detection.ts";
import type { Picture } from "../picture.ts";
import { COCO_SKELETON } from "./cocoSkeleton.ts";
import { BLACK, WHITE } from "./colours.ts";
import type { DrawingSizes } from "./drawingSizes.ts";
import { type Colour, fillDisc, type Line, strokeLine } from "./shapes.ts";

const RIM_OPACITY = 0.55;

/** Lines between the keypoints that COCO's skeleton joins, and a dot on each keypoint. */
export function drawSkeleton(
  picture: Picture,
  keypoints: readonly Keypoint[],
  colour: Colour,
  sizes: DrawingSizes,
): void {
  const byName = new Map(keypoints.map((keypoint) => [keypoint.name, keypoint]));
  const lines: Line[] = [];
  for (const [start, end] of COCO_SKELETON) {
    const from = byName.get(start);
    const to = byName.get(end);
    if (from && to) lines.push({ from, to });
  }

  const { lineRadius, dotRadius, rim } = sizes;
  const dark = { colour: BLACK, opacity: RIM_OPACITY };
  const bright = { colour, opacity: 1 };
  for (const line of lines) strokeLine(picture, line, lineRadius + rim, dark);
  for (const keypoint of keypoints) fillDisc(picture, keypoint, dotRadius + rim, dark);
  for (const line of lines) strokeLine(picture, line, lineRadius, bright);
  for (const keypoint of keypoints) {
    fillDisc(picture, keypoint, dotRadius, bright);
    fillDisc(picture, keypoint, dotRadius * 0.5, { colour: WHITE, opacity: 1 });
  }
}
