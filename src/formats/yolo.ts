/**
 * Detections as YOLO's label files hold them: one text file per image, one object per line, numbers separated by
 * spaces, all coordinates as fractions of the image's width and height.
 *
 *     class xCenter yCenter width height
 *     class xCenter yCenter width height x1 y1 visibility1 x2 y2 visibility2 …      (YOLO-pose)
 */
import type { Box, Detection, Keypoint } from "../detection.ts";

interface YoloImage {
  readonly width: number;
  readonly height: number;
  readonly detections: readonly Detection[];
}

export interface YoloOptions {
  /** The number of a detection's class, from 0: its line in classes.txt. */
  readonly classOf: (detection: Detection) => number;
  /** If given, each line has these keypoints. */
  readonly keypointNames?: readonly string[];
  /** A keypoint with a lower score counts as not seen. Default: 0.2. */
  readonly keypointScore?: number;
}

const [NOT_SEEN, VISIBLE] = [0, 2];
const DEFAULT_KEYPOINT_SCORE = 0.2;

/**
 * The lines of an image, best first. Boxes are clipped to the image, because readers refuse what lies outside; a box
 * that lies outside entirely has no line.
 */
export function yoloLines({ width, height, detections }: YoloImage, options: YoloOptions): string[] {
  const { classOf, keypointNames = [], keypointScore = DEFAULT_KEYPOINT_SCORE } = options;
  return detections.flatMap((detection) => {
    const box = fractions(detection.box, width, height);
    if (box === undefined) return [];
    const points = keypointNames.flatMap((name) => {
      const point = detection.keypoints?.find((keypoint) => keypoint.name === name);
      return keypoint(point, width, height, keypointScore);
    });
    return [[classOf(detection), ...box, ...points].join(" ")];
  });
}

function fractions({ xmin, ymin, xmax, ymax }: Box, width: number, height: number): string[] | undefined {
  const [left, right] = [clipped(xmin / width), clipped(xmax / width)];
  const [top, bottom] = [clipped(ymin / height), clipped(ymax / height)];
  if (!(left < right && top < bottom)) return undefined;
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top].map(decimal);
}

function keypoint(point: Keypoint | undefined, width: number, height: number, least: number): string[] {
  const notSeen = ["0", "0", `${NOT_SEEN}`];
  if (!point || point.score < least) return notSeen;
  const [x, y] = [point.x / width, point.y / height];
  const isInside = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  return isInside ? [decimal(x), decimal(y), `${VISIBLE}`] : notSeen;
}

function clipped(fraction: number): number {
  return Math.min(Math.max(fraction, 0), 1);
}

function decimal(fraction: number): string {
  return fraction.toFixed(6);
}
