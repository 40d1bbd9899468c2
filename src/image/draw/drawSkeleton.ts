import { COCO_SKELETON, type Keypoint } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";
import { BLACK, type DrawingSizes, WHITE } from "./drawingSizes.ts";
import { type Color, fillDisc, type Line, strokeLine } from "./shapes.ts";

const RIM_OPACITY = 0.55;

/** Draws COCO's skeleton: a dot per keypoint and a line per bone. */
export function drawSkeleton(
  image: RgbImage,
  keypoints: readonly Keypoint[],
  color: Color,
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
  const dark = { color: BLACK, opacity: RIM_OPACITY };
  const bright = { color, opacity: 1 };
  for (const line of lines) strokeLine(image, line, lineRadius + rim, dark);
  for (const keypoint of keypoints) fillDisc(image, keypoint, dotRadius + rim, dark);
  for (const line of lines) strokeLine(image, line, lineRadius, bright);
  for (const keypoint of keypoints) {
    fillDisc(image, keypoint, dotRadius, bright);
    fillDisc(image, keypoint, dotRadius * 0.5, { color: WHITE, opacity: 1 });
  }
}
