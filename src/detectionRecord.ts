/** What is kept of an image's result: plain data, as one line of JSON. */
import type { DetectResult } from "./detectResult.ts";
import type { Profile } from "./network.ts";

/**
 * One line of the command line's `--json`: an image's detections, or the error. Coordinates are pixels of the original image.
 * All digits are kept, because rounded scores tie and an evaluation breaks ties by order; only times, in milliseconds, are
 * rounded to 0.001.
 */
export type DetectionRecord = { readonly image: string } & Partial<RecordedResult> & {
    readonly profile?: Profile;
    readonly error?: RecordedError;
  };

/** What a record keeps of a result. */
export type RecordedResult = Pick<
  DetectResult,
  | "width"
  | "height"
  | "model"
  | "backend"
  | "backendDetails"
  | "fused"
  | "detections"
  | "leftOut"
  | "nothingFound"
  | "limitReached"
  | "explanation"
  | "why"
  | "times"
>;

export interface RecordedError {
  /** The error's class: `ImageError`, … */
  readonly name: string;
  readonly message: string;
}

/** The record of an image in which `detect` found `result`. `image` is what it is called. */
export function detectionRecord(image: string, result: RecordedResult): DetectionRecord {
  const { width, height, model, backend, backendDetails, detections, explanation, times } = result;
  const { fused, leftOut, nothingFound, limitReached, why } = result;
  return {
    image,
    width,
    height,
    model,
    backend,
    backendDetails,
    fused,
    detections,
    leftOut,
    nothingFound,
    limitReached,
    explanation,
    why,
    times: {
      load: rounded(times.load, 3),
      decode: rounded(times.decode, 3),
      preprocess: rounded(times.preprocess, 3),
      network: rounded(times.network, 3),
      postprocess: rounded(times.postprocess, 3),
    },
  };
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
