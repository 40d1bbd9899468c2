import type { DetectedObject } from "../decode/objects/detectedObjects.ts";
import type { Detection } from "../detection.ts";
import type { InputSize } from "./view.ts";

/** An object whose positions are fractions of a picture of this size, in pixels of that. */
export function objectDetection(
  { score, box, keypoints }: DetectedObject,
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
