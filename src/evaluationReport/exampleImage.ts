import type { Box, Keypoint } from "../detection.ts";
import type { ImageMark, ImageMarks } from "../evaluation/analysis/imageMarks.ts";
import { type DrawnMark, drawMarks } from "../image/draw/drawMarks.ts";
import { panels } from "../image/draw/panels.ts";
import type { Color } from "../image/draw/shapes.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { shrinkImage } from "../image/shrink.ts";
import { COCO_KEYPOINTS } from "../models/coco.ts";
import { counted } from "../support/counted.ts";

/** Blue is right and orange is wrong, which the color-blind tell apart too. */
export const MARK_COLORS: Readonly<Record<ImageMark["state"], Color>> = {
  right: [86, 180, 255],
  missed: [255, 122, 48],
  wrong: [255, 122, 48],
  ignored: [170, 176, 182],
};

export interface ExampleOptions {
  /** The most pixels along a side of each half. Default: the image's own. */
  readonly maxSide?: number;
}

/** Truth beside what was found: what is missed or wrong has another color, and what is right is fainter. */
export function exampleImage(
  image: RgbImage,
  { truth, found }: ImageMarks,
  { maxSide = Number.POSITIVE_INFINITY }: ExampleOptions = {},
): RgbImage {
  const factor = Math.min(1, maxSide / Math.max(image.width, image.height));
  const small = shrinkImage(image, factor);
  const draw = (marks: readonly ImageMark[]) =>
    drawMarks(
      small,
      marks.map((mark) => drawnMark(mark, factor)),
    );
  const missed = truth.filter(({ state }) => state === "missed").length;
  const wrong = found.filter(({ state }) => state === "wrong").length;
  return panels([
    { image: draw(worstFirst(truth)), title: `truth: ${counted(truth.length, "object")}, ${missed} missed` },
    { image: draw(worstFirst(found)), title: `found: ${counted(found.length, "detection")}, ${wrong} wrong` },
  ]);
}

/** What is wrong lies on top and has the better places for its labels. */
function worstFirst(marks: readonly ImageMark[]): ImageMark[] {
  const isBad = ({ state }: ImageMark) => state === "missed" || state === "wrong";
  return [...marks.filter(isBad), ...marks.filter((mark) => !isBad(mark))];
}

function drawnMark(
  { label, state, box: [x, y, width, height], score, keypoints }: ImageMark,
  factor: number,
): DrawnMark {
  const box: Box = {
    xmin: x * factor,
    ymin: y * factor,
    xmax: (x + width) * factor,
    ymax: (y + height) * factor,
  };
  const words = state === "ignored" ? `${label} (crowd)` : label;
  return {
    text: score === undefined ? words : `${label} ${score.toFixed(2)}`,
    box,
    color: MARK_COLORS[state],
    opacity: state === "ignored" ? 0.6 : 1,
    keypoints: keypoints?.flatMap((point, i) => (point ? [drawnKeypoint(point, i, factor)] : [])),
  };
}

/** Only COCO's keypoints are known by name, which their bones need. */
function drawnKeypoint([x, y]: readonly [number, number], index: number, factor: number): Keypoint {
  return { name: COCO_KEYPOINTS[index] ?? String(index), x: x * factor, y: y * factor, score: 1 };
}
