/**
 * The part of the package that a page needs to find something and to draw it: three fifths of the code. `centernet` exports the same
 * objects, and the types.
 */
export { Detector, load } from "./detect.ts";
export { COCO_SKELETON, SEEN_KEYPOINT } from "./detection.ts";
export { BackendError, CenterNetError, ImageError, ModelError, UsageError } from "./errors.ts";
export { drawDetections } from "./image/draw/drawDetections.ts";
