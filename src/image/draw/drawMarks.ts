import type { Box, Keypoint } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";
import { drawFrame, frameOf, isFinitePlace } from "./drawFrame.ts";
import { type DrawingSizes, drawingSizes, skeletonSizes } from "./drawingSizes.ts";
import { drawLabels } from "./drawLabels.ts";
import { drawSkeleton } from "./drawSkeleton.ts";
import type { Color } from "./shapes.ts";

/** A box in a color of its own, with words. */
export interface DrawnMark {
  readonly text: string;
  readonly box: Box;
  readonly color: Color;
  /** 1 by default. */
  readonly opacity?: number;
  readonly keypoints?: readonly Keypoint[];
}

/** Draws marks on a copy of the image, the first on top. Marks without finite coordinates are left out. */
export function drawMarks(image: RgbImage, marks: readonly DrawnMark[]): RgbImage {
  const drawing: RgbImage = { ...image, data: image.data.slice() };
  const sizes: DrawingSizes = drawingSizes(image.width, image.height);
  const items = marks
    .filter(({ box }) => isFinitePlace(Object.values(box)))
    .map((mark) => ({ ...mark, box: frameOf(mark.box, image, sizes) }));
  const lastFirst = [...items].reverse();
  for (const { box, color, opacity = 1 } of lastFirst) drawFrame(drawing, box, { color, opacity }, sizes);
  for (const { keypoints = [], color, box } of lastFirst) {
    const finite = keypoints.filter(({ x, y }) => isFinitePlace([x, y]));
    drawSkeleton(drawing, finite, color, skeletonSizes(sizes, box));
  }
  drawLabels(drawing, items, sizes);
  return drawing;
}
