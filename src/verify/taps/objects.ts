import { objectCenters, type TrueShape } from "../../decode/objects/objectCenters.ts";
import { type DecodedObjects, decodeObjects } from "../../decode/objects/objects.ts";
import type { ObjectMaps } from "../../decode/objects/readout.ts";
import type { DecodeSettings } from "../../decode/objects/settings.ts";
import type { Ranked } from "../../decode/peaks.ts";
import type { DecodedTap } from "../verifyCase.ts";

/** Taps of the decode in golden cases of the TensorFlow Object Detection API. */
export interface ObjectSteps {
  readonly decoded: DecodedObjects;
  readonly outputStride: number;
  /** 1.5 times the number of rows, because float32 noise may swap the last ones. */
  readonly candidates: Ranked;
}

export function objectSteps(
  maps: ObjectMaps,
  settings: DecodeSettings,
  trueShape: TrueShape | undefined,
): ObjectSteps {
  const params = settings.objectCenterParams;
  const more = { ...params, maxBoxPredictions: Math.floor(params.maxBoxPredictions * 1.5) };
  const { candidates } = objectCenters(maps.centerHeatmap, more, trueShape);
  const decoded = decodeObjects(maps, settings, trueShape);
  return { decoded, outputStride: settings.outputStride, candidates };
}

/** Of about 1,700 keypoints, this many may choose a different candidate than the original. */
const OTHER_CHOICES = 5;

/** The exported signature's outputs (`detections/…`) and their candidates; undefined for other taps. */
export function objectTap(name: string, steps: ObjectSteps): DecodedTap | undefined {
  const { decoded, candidates, outputStride } = steps;
  const { centers, trueShape, keypoints } = decoded;
  const rows = { candidates };
  const score = { unitsPerOutput: 1, quantity: "score", rows };
  const exact = { unitsPerOutput: 1, quantity: "exact", rows };
  const coordinate = { unitsPerOutput: 1, quantity: "coordinate", rows };
  const choice = (elements: number) => ({
    rows: { candidates, choices: { elements, mayDiffer: OTHER_CHOICES } },
  });
  switch (name) {
    case "candidates/index":
      return { ...exact, values: candidates.indices };
    case "candidates/score":
      return { ...score, values: candidates.scores };
    case "detections/num_detections":
      return { unitsPerOutput: 1, quantity: "exact", values: Int32Array.of(decoded.detected.length) };
    case "detections/detection_scores":
      return { ...score, values: decoded.scores };
    case "detections/detection_multiclass_scores":
      return centers.multiclassScores && { ...score, values: centers.multiclassScores };
    case "detections/detection_classes":
      return { ...exact, values: centers.classes.map((channel) => channel + 1) };
    case "detections/detection_boxes":
      return { ...coordinate, values: decoded.boxes };
    case "detections/detection_boxes_strided": {
      const cells = Math.min(trueShape.height, trueShape.width) / outputStride;
      return decoded.boxesInCells && { ...coordinate, unitsPerOutput: cells, values: decoded.boxesInCells };
    }
    case "detections/detection_keypoints":
      return keypoints && { ...coordinate, ...choice(2), values: pairs(keypoints.positions) };
    case "detections/detection_keypoint_scores":
      return keypoints && { ...score, ...choice(1), values: keypoints.scores };
    default:
      return undefined;
  }
}

function pairs({ y, x }: { y: Float32Array; x: Float32Array }): Float32Array {
  return Float32Array.from({ length: y.length * 2 }, (_, i) => (i % 2 === 0 ? y : x)[i >> 1]);
}
