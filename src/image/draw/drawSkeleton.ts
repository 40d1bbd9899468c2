import type { Keypoint } from "../../detection.ts";
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

/** COCO's skeleton: the pairs of keypoints to join ("skeleton" of the person_keypoints annotations, ids as names). */
const COCO_SKELETON: readonly (readonly [string, string])[] = [
  ["left_ankle", "left_knee"],
  ["left_knee", "left_hip"],
  ["right_ankle", "right_knee"],
  ["right_knee", "right_hip"],
  ["left_hip", "right_hip"],
  ["left_shoulder", "left_hip"],
  ["right_shoulder", "right_hip"],
  ["left_shoulder", "right_shoulder"],
  ["left_shoulder", "left_elbow"],
  ["right_shoulder", "right_elbow"],
  ["left_elbow", "left_wrist"],
  ["right_elbow", "right_wrist"],
  ["left_eye", "right_eye"],
  ["nose", "left_eye"],
  ["nose", "right_eye"],
  ["left_eye", "left_ear"],
  ["right_eye", "right_ear"],
  ["left_ear", "left_shoulder"],
  ["right_ear", "right_shoulder"],
];
