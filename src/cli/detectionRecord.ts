import type { DetectResult } from "../detect.ts";
import type { Detection, Keypoint } from "../detection.ts";

/**
 * One line of `--json`: what was found in a picture, or why nothing could be. Coordinates are pixels of the
 * original photo, rounded to 0.001; scores are rounded to 0.000001, times are milliseconds rounded to 0.001.
 */
export type DetectionRecord = { readonly image: string } & Partial<Found> & {
    readonly error?: RecordedError;
  };

type Found = Pick<
  DetectResult,
  "width" | "height" | "model" | "backend" | "backendDetails" | "detections" | "times"
>;

export interface RecordedError {
  /** The class: `ImageError`, … */
  readonly name: string;
  readonly message: string;
}

export function foundRecord(image: string, result: DetectResult): DetectionRecord {
  const { width, height, model, backend, backendDetails, detections, times } = result;
  return {
    image,
    width,
    height,
    model,
    backend,
    backendDetails,
    detections: detections.map(roundedDetection),
    times: {
      load: rounded(times.load, 3),
      decode: rounded(times.decode, 3),
      preprocess: rounded(times.preprocess, 3),
      network: rounded(times.network, 3),
      postprocess: rounded(times.postprocess, 3),
    },
  };
}

function roundedDetection({ label, classId, score, box, keypoints, derived }: Detection): Detection {
  const { xmin, ymin, xmax, ymax } = box;
  return {
    label,
    classId,
    score: rounded(score, 6),
    box: { xmin: rounded(xmin, 3), ymin: rounded(ymin, 3), xmax: rounded(xmax, 3), ymax: rounded(ymax, 3) },
    ...(keypoints && { keypoints: keypoints.map(roundedKeypoint) }),
    ...(derived && { derived }),
  };
}

function roundedKeypoint({ name, x, y, score }: Keypoint): Keypoint {
  return { name, x: rounded(x, 3), y: rounded(y, 3), score: rounded(score, 6) };
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
