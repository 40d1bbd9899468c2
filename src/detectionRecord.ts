/** What is kept of an image's result: plain data, rounded, as one line of JSON. */
import type { LeftOut } from "./chooseDetections.ts";
import type { DetectResult } from "./detect.ts";
import type { Box, CornerEvidence, Detection, Keypoint, PeakEvidence, TripletEvidence } from "./detection.ts";
import type { Explanation, RejectedPair } from "./explain/explanation.ts";
import type { Profile } from "./network.ts";

/**
 * One line of the command line's `--json`: an image's detections, or the error. Coordinates are pixels of the original image,
 * rounded to 0.001; scores are rounded to 0.000001; times are milliseconds, rounded to 0.001.
 */
export type DetectionRecord = { readonly image: string } & Partial<Found> & {
    readonly profile?: Profile;
    readonly error?: RecordedError;
  };

type Found = Pick<
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
export function detectionRecord(image: string, result: Found): DetectionRecord {
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
    detections: detections.map(roundedDetection),
    leftOut: roundedLeftOut(leftOut),
    nothingFound,
    limitReached,
    ...(explanation && { explanation: roundedExplanation(explanation) }),
    ...(why && { why: roundedAll(why) }),
    times: {
      load: rounded(times.load, 3),
      decode: rounded(times.decode, 3),
      preprocess: rounded(times.preprocess, 3),
      network: rounded(times.network, 3),
      postprocess: rounded(times.postprocess, 3),
    },
  };
}

function roundedLeftOut(leftOut: LeftOut): LeftOut {
  const groups = Object.entries(leftOut).map(([reason, { count, best }]) => {
    return [reason, { count, best: { ...best, score: rounded(best.score, 6) } }];
  });
  return Object.fromEntries(groups);
}

function roundedDetection(detection: Detection): Detection {
  const { label, classId, score, box, keypoints, derived, triplet } = detection;
  return {
    label,
    classId,
    score: rounded(score, 6),
    box: roundedBox(box),
    ...(keypoints && { keypoints: keypoints.map(roundedKeypoint) }),
    ...(derived && { derived }),
    ...(triplet && { triplet: roundedTriplet(triplet) }),
  };
}

function roundedBox({ xmin, ymin, xmax, ymax }: Box): Box {
  return { xmin: rounded(xmin, 3), ymin: rounded(ymin, 3), xmax: rounded(xmax, 3), ymax: rounded(ymax, 3) };
}

function roundedKeypoint({ name, x, y, score }: Keypoint): Keypoint {
  return { name, ...roundedPeak({ x, y, score }) };
}

function roundedPeak({ x, y, score }: PeakEvidence): PeakEvidence {
  return { x: rounded(x, 3), y: rounded(y, 3), score: rounded(score, 6) };
}

function roundedTriplet(triplet: TripletEvidence): TripletEvidence {
  const { score, center, centralRegion } = triplet;
  return {
    score: rounded(score, 6),
    ...roundedCorners(triplet),
    center: roundedPeak(center),
    centralRegion: roundedBox(centralRegion),
  };
}

function roundedCorners(corners: CornerEvidence): CornerEvidence {
  const { scale, mirrored, topLeft, bottomRight, embeddingDistance } = corners;
  return {
    scale,
    mirrored,
    topLeft: roundedPeak(topLeft),
    bottomRight: roundedPeak(bottomRight),
    embeddingDistance: rounded(embeddingDistance, 6),
  };
}

function roundedExplanation(explanation: Explanation): Explanation {
  if (explanation.family !== "triplets") return roundedAll(explanation);
  const { family, views, rejected, ...counts } = explanation;
  return { family, ...counts, rejected: rejected.map(roundedRejection), views: roundedAll(views) };
}

/** Coordinates and lengths, in pixels or cells. */
const LENGTHS = new Set(["x", "y", "xmin", "ymin", "xmax", "ymax", "width", "height", "distance"]);
/** Factors that others are computed with. */
const EXACT = new Set(["scale", "cellsPerPixelX", "cellsPerPixelY"]);

/** Every number of a tree of plain data, rounded by what its key names. */
function roundedAll<Value>(value: Value): Value {
  const roundedOf = (part: unknown, name: string): unknown => {
    if (typeof part === "number") return EXACT.has(name) ? part : rounded(part, LENGTHS.has(name) ? 3 : 6);
    if (Array.isArray(part)) return part.map((member) => roundedOf(member, name));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([own, member]) => [own, roundedOf(member, own)]));
  };
  return roundedOf(value, "") as Value;
}

function roundedRejection(pair: RejectedPair): RejectedPair {
  const { reason, labels, score, box, centralRegion } = pair;
  return {
    reason,
    labels,
    score: rounded(score, 6),
    box: roundedBox(box),
    ...roundedCorners(pair),
    ...(centralRegion && { centralRegion: roundedBox(centralRegion) }),
  };
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
