import type { Detection } from "../detection.ts";
import { type Placement, toPhoto } from "../image/input/letterbox.ts";

/** A detection in pixels of the network's input, brought to where the photo has it. */
export function onPhoto(detection: Detection, placement: Placement): Detection {
  const { xmin, ymin, xmax, ymax } = detection.box;
  const start = toPhoto(placement, xmin, ymin);
  const end = toPhoto(placement, xmax, ymax);
  return {
    ...detection,
    box: { xmin: start.x, ymin: start.y, xmax: end.x, ymax: end.y },
    keypoints: detection.keypoints?.map((point) => ({ ...point, ...toPhoto(placement, point.x, point.y) })),
  };
}
