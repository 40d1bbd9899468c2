import { boxesAsFractions, boxesInCells } from "../boxes.ts";
import type { CenterTrace } from "../centerTrace.ts";
import { instanceScores } from "../keypointScores.ts";
import { detectedRows } from "./nonMaximumSuppression.ts";
import type { ObjectCenters, TrueShape } from "./objectCenters.ts";
import { objectEvidence } from "./objectEvidence.ts";
import { type ObjectKeypoints, objectKeypoints } from "./objectKeypoints.ts";
import { checkObjectMaps, type ObjectMaps, type ObjectReadout, readMaps } from "./readout.ts";
import { atLeast, checkSettings, type DecodeSettings, type KeypointEstimationTask } from "./settings.ts";

/** Every value that the decode computes. Rows are in the order of the centers' scores. */
export interface DecodedObjects {
  readonly height: number;
  readonly width: number;
  /** Size of the image within the network's input, in pixels. Fractions are relative to it. */
  readonly trueShape: TrueShape;
  readonly centers: ObjectCenters;
  /** How many of the centers are peaks. */
  readonly peakCount: number;
  /** Rows of (ymin, xmin, ymax, xmax) in cells. Absent without box maps. */
  readonly boxesInCells?: Float32Array;
  /**
   * The same as fractions of the image, within [0, 1]. Without box maps, the tight boxes around the
   * keypoints.
   */
  readonly boxes: Float32Array;
  readonly keypoints?: ObjectKeypoints;
  /** The centers' scores, or those from the keypoints if a task rescores. */
  readonly scores: Float32Array;
  /**
   * The rows that are detections: those of the peaks, or those that non-maximum suppression keeps, in its
   * order.
   */
  readonly detected: Int32Array;
}

/**
 * CenterNet's decode as the TensorFlow Object Detection API implements it (`CenterNetMetaArch.postprocess`;
 * Zhou et al., arXiv:1904.07850, sections 4 and 6.2). It takes the peaks of the center heatmap and reads the
 * boxes there. Each keypoint lies either where the center expects it or at the best candidate of its own
 * heatmap.
 *
 * `trueShape` is the size of the image within the network's padded input, in pixels. Default: the whole
 * input. If a `trace` is given, it is filled in; the result is the same.
 *
 * @throws UsageError if the maps do not fit together or the settings contradict each other.
 */
export function decodeObjects(
  maps: ObjectMaps,
  settings: DecodeSettings,
  trueShape?: TrueShape,
  trace?: CenterTrace,
): DecodedObjects {
  checkObjectMaps(maps, settings);
  checkSettings(settings, maps.centerHeatmap.shape[3], maps.boxSize !== undefined);
  for (const [side, pixels] of Object.entries(trueShape ?? {})) atLeast(`trueShape.${side}`, pixels, 1);
  const decoded = decodeReadout(readMaps(maps, settings, trueShape, trace), settings, trueShape, trace);
  if (trace) trace.centers.push(...objectEvidence(maps, decoded, settings));
  return decoded;
}

/** The same from values that were read off the maps already, by a backend or by `readMaps`. */
export function decodeReadout(
  readout: ObjectReadout,
  settings: DecodeSettings,
  trueShape?: TrueShape,
  trace?: CenterTrace,
): DecodedObjects {
  const { height, width, centers, boxSize, boxOffset } = readout;
  const { outputStride, keypointEstimationTask: tasks, wholeBoxes } = settings;
  const shape = trueShape ?? { height: height * outputStride, width: width * outputStride };
  const { cells } = centers;
  const cellBoxes = boxSize && boxesInCells(cells, boxSize, boxOffset, readout, wholeBoxes);
  const keypoints =
    tasks.length > 0 ? objectKeypoints(readout, settings, cellBoxes, shape, trace) : undefined;
  const boxes = cellBoxes
    ? boxesAsFractions(cellBoxes, shape, outputStride, wholeBoxes)
    : tightBoxes(cells.length, keypoints);
  const peakCount = centers.candidates.scores.filter((score) => score > 0).length;
  const scores = keypoints ? rescored(centers, keypoints, tasks) : centers.candidates.scores;
  const decoded = { height, width, trueShape: shape, centers, peakCount, keypoints, boxes, scores };
  return { ...decoded, boxesInCells: cellBoxes, ...detectedRows(decoded, settings, trace?.dropped) };
}

/** Rescores task by task, each starting from the scores that the one before left. */
function rescored(
  { candidates, classes }: ObjectCenters,
  { scores, keypoints, tasks: found }: ObjectKeypoints,
  tasks: readonly KeypointEstimationTask[],
): Float32Array {
  return tasks.reduce((before, task, i) => {
    if (!task.rescoreInstances) return before;
    const { columns } = found[i];
    const ofTask = Float32Array.from({ length: before.length * columns.length }, (_, at) => {
      return scores[Math.floor(at / columns.length) * keypoints + columns[at % columns.length]];
    });
    const after = instanceScores(before, ofTask, Math.fround(task.rescoringThreshold));
    return before.map((score, row) => (classes[row] === task.classIndex ? after[row] : score));
  }, candidates.scores);
}

/** The tight box around all keypoints of each row. */
function tightBoxes(rows: number, found: ObjectKeypoints | undefined): Float32Array {
  const boxes = new Float32Array(rows * 4);
  if (!found) return boxes;
  const { positions, keypoints } = found;
  for (let row = 0; row < rows; row++) {
    const y = positions.y.subarray(row * keypoints, (row + 1) * keypoints);
    const x = positions.x.subarray(row * keypoints, (row + 1) * keypoints);
    boxes.set([Math.min(...y), Math.min(...x), Math.max(...y), Math.max(...x)], row * 4);
  }
  return boxes;
}
