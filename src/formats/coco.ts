/**
 * Detections in COCO's results format (cocodataset.org/#format-results), as pycocotools reads it. Numbers keep all
 * their digits: rounded scores would tie, and evaluation breaks ties by order.
 */
import type { Detection } from "../detection.ts";

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

function ownClass({ classId }: Detection): number {
  return classId;
}
