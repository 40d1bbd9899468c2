import type { DetectedObject } from "../decode/objects/detectedObjects.ts";
import type { Detection } from "../detection.ts";
import { type ImageTransform, inputToImage } from "../image/input/letterbox.ts";
import type { InputSize } from "./view.ts";

/** Converts a detection from pixels of the network's input to pixels of the image. */
export function toImageCoordinates(detection: Detection, transform: ImageTransform): Detection {
  const { xmin, ymin, xmax, ymax } = detection.box;
  const start = inputToImage(transform, xmin, ymin);
  const end = inputToImage(transform, xmax, ymax);
  return {
    ...detection,
    box: { xmin: start.x, ymin: start.y, xmax: end.x, ymax: end.y },
    keypoints: detection.keypoints?.map((point) => ({
      ...point,
      ...inputToImage(transform, point.x, point.y),
    })),
  };
}

/** Converts a decoded object from fractions of an image of this size to pixels of it. */
export function objectDetection(
  { score, box, keypoints }: Omit<DetectedObject, "classIndex">,
  label: Pick<Detection, "label" | "classId">,
  { height, width }: InputSize,
): Detection {
  return {
    ...label,
    score,
    box: {
      xmin: box.xmin * width,
      ymin: box.ymin * height,
      xmax: box.xmax * width,
      ymax: box.ymax * height,
    },
    ...(keypoints && {
      keypoints: keypoints.map(({ label: name, x, y, score: found }) => {
        return { name, x: x * width, y: y * height, score: found };
      }),
    }),
  };
}
