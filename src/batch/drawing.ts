/** The detections of an image, drawn on it, as a file. */
import { prepareEncoder } from "#jpegEncoder";
import { type Detection, SEEN_KEYPOINT } from "../detection.ts";
import { drawDetections } from "../image/draw/drawDetections.ts";
import { encodeJpeg, encodePng } from "../image/imageFile.ts";
import type { RgbImage } from "../image/rgbImage.ts";

export type DrawingFormat = "jpeg" | "png";

export function drawingFile(
  image: RgbImage,
  detections: readonly Detection[],
  format: DrawingFormat,
): Uint8Array {
  const drawing = drawDetections(image, detections, { keypointScore: SEEN_KEYPOINT });
  return format === "png" ? encodePng(drawing) : encodeJpeg(drawing);
}

/** Does ahead what the first file of the format needs. */
export function prepareDrawing(format: DrawingFormat): void {
  if (format === "jpeg") prepareEncoder();
}
