import type { Detection } from "../../src/detection.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import type { View } from "../../src/models/view.ts";
import type { EngineOutputs } from "./engine.ts";

/** Min score; below it, order and keypoints are noise. */
const MIN_SCORE = 0.2;

/**
 * Each person as a row of numbers from 0 to 1, best first: score, box and keypoints as fractions of the input's side,
 * scores of the keypoints.
 */
export function poseRows(detections: readonly Detection[], side: number): EngineOutputs[string] {
  const rows = detections
    .filter(({ score }) => score >= MIN_SCORE)
    .sort((a, b) => b.score - a.score)
    .map(({ score, box, keypoints = [] }) => [
      score,
      ...[box.ymin, box.xmin, box.ymax, box.xmax].map((pixels) => pixels / side),
      ...keypoints.flatMap((point) => [point.y / side, point.x / side, point.score]),
    ]);
  return { shape: [rows.length, rows[0]?.length ?? 0], data: Float32Array.from(rows.flat()) };
}

/** The input as an image that needs no resizing, so that all engines get the same pixels. */
export function imageOf({ size, inputs }: View<unknown>): RgbImage {
  return { ...size, data: Uint8Array.from(inputs().image.data) };
}
