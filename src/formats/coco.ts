/**
 * Detections in COCO's results format (cocodataset.org/#format-results), as pycocotools reads it. Numbers keep all
 * their digits: rounded scores would tie, and evaluation breaks ties by order.
 */
import type { Detection } from "../detection.ts";
import { type Frame, jsonLine } from "./jsonFrame.ts";

export interface CocoBox {
  readonly image_id: number | string;
  readonly category_id: number;
  /** x and y of the top-left corner, width, height; in pixels. */
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  readonly score: number;
}

export interface CocoKeypoints {
  readonly image_id: number | string;
  readonly category_id: number;
  /** x, y and score of each keypoint. Evaluators do not read the score. */
  readonly keypoints: readonly number[];
  readonly score: number;
}

/** The ids of an image and of its detections' categories. */
export interface CocoIds {
  readonly imageId: number | string;
  /** Default: the model's own id of the class, which is COCO's for models of COCO. */
  readonly categoryOf?: (detection: Detection) => number;
}

/** The boxes of an image. Those that are derived from keypoints are no boxes that a network found. */
export function cocoBoxes(
  detections: readonly Detection[],
  { imageId, categoryOf = ownClass }: CocoIds,
): CocoBox[] {
  const found = detections.filter(({ derived }) => !derived?.includes("box"));
  return found.map((detection) => {
    const { xmin, ymin, xmax, ymax } = detection.box;
    return {
      image_id: imageId,
      category_id: categoryOf(detection),
      bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
      score: detection.score,
    };
  });
}

/** The poses of an image. */
export function cocoKeypoints(
  detections: readonly Detection[],
  { imageId, categoryOf = ownClass }: CocoIds,
): CocoKeypoints[] {
  return detections.flatMap((detection) => {
    if (!detection.keypoints) return [];
    const keypoints = detection.keypoints.flatMap(({ x, y, score }) => [x, y, score]);
    const { score } = detection;
    return [{ image_id: imageId, category_id: categoryOf(detection), keypoints, score }];
  });
}

/** What the side file says of the model that found the detections. */
export interface CocoModel {
  readonly name: string;
  readonly classes: readonly { readonly classId: number; readonly label: string }[];
  readonly keypointNames?: readonly string[];
}

/**
 * The frame of a side file with the images and categories that the ids in results stand for. Its entries are
 * `{ id, file_name, width, height }`; it has the form of an annotations file without annotations.
 *
 * @param rule how the images' ids were chosen, in words
 * @param categoryOf the id of a class's category. Default, also where it is undefined: the model's own id.
 */
export function cocoImagesFrame(
  { name, classes, keypointNames }: CocoModel,
  rule: string,
  categoryOf: (category: { readonly classId: number; readonly label: string }) => number | undefined = () =>
    undefined,
): Frame {
  const categories = classes.map(({ classId, label }) => ({
    id: categoryOf({ classId, label }) ?? classId,
    name: label,
    ...(keypointNames && label === "person" && { keypoints: keypointNames }),
  }));
  const info = jsonLine({ model: name, image_ids: rule });
  const start = `{"info": ${info},\n"categories": ${jsonLine(categories)},\n"images": [\n`;
  return { start, between: ",\n", end: '\n],\n"annotations": []}\n' };
}

/**
 * Ids of images by their names or paths: the numbers in the names, if each name is one (COCO's are: 000000397133.jpg), or
 * else their positions, from 1. `rule` says which.
 */
export function cocoImageIds(names: Iterable<string>): {
  readonly ids: readonly number[];
  readonly rule: string;
} {
  const numbers = Array.from(names, numberIn);
  return numbers.every(Number.isSafeInteger) && areDifferent(numbers)
    ? { ids: numbers, rule: "the numbers in the images' names" }
    : {
        ids: numbers.map((_, index) => index + 1),
        rule: "the images' positions in the order in which they were processed, from 1",
      };
}

/** Without a set, which takes five times the memory of millions of numbers. */
function areDifferent(numbers: readonly number[]): boolean {
  const sorted = Float64Array.from(numbers).sort();
  return sorted.every((number, i) => i === 0 || number !== sorted[i - 1]);
}

function numberIn(path: string): number {
  const [, digits] = /(?:^|[/\\])(\d+)$/.exec(path.replace(/\.[^./\\]*$/, "")) ?? [];
  return digits === undefined ? Number.NaN : Number(digits);
}

function ownClass({ classId }: Detection): number {
  return classId;
}
