import { boxesAsFractions, boxesInCells } from "../boxes.ts";
import { instanceScores } from "../keypointScores.ts";
import { detectedRows } from "./nonMaximumSuppression.ts";
import type { ObjectCenters, TrueShape } from "./objectCenters.ts";
import { type ObjectKeypoints, objectKeypoints } from "./objectKeypoints.ts";
import { checkObjectMaps, type ObjectMaps, type ObjectReadout, readMaps } from "./readout.ts";
import { atLeast, checkSettings, type DecodeSettings, type KeypointEstimationTask } from "./settings.ts";

/** Everything that the decode computes on its way; rows are in the order of the centers' scores. */
export interface DecodedObjects {
  readonly height: number;
  readonly width: number;
  /** Of the image in the network's input, in pixels; what fractions are fractions of. */
  readonly trueShape: TrueShape;
  readonly centers: ObjectCenters;
  /** How many of the centers are peaks. */
  readonly peakCount: number;
  /** Rows of (ymin, xmin, ymax, xmax) in cells; absent without box maps. */
  readonly boxesInCells?: Float32Array;
  /** The same as fractions of the image, within [0, 1]; the keypoints' tight boxes without box maps. */
  readonly boxes: Float32Array;
  readonly keypoints?: ObjectKeypoints;
  /** The center's, or from the keypoints where a task rescores. */
  readonly scores: Float32Array;
  /**
   * The rows that are detections: those of the peaks, or, where the settings say so, the ones that
   * non-maximum suppression keeps, in its order.
   */
  readonly detected: Int32Array;
}

/**
 * CenterNet's decode as the TensorFlow Object Detection API has it (`CenterNetMetaArch.postprocess`; Zhou et
 * al., arXiv:1904.07850, sections 4 and 6.2): peaks of the center heatmap, the boxes read there, and each
 * keypoint either where the center says or at the candidate of its heatmap that fits best.
 *
 * `trueShape` is the size of the image within the network's padded input, in pixels; without it the whole
 * input is the image. Throws UsageError for maps that do not fit together and settings that contradict
 * each other.
 */
export function decodeObjects(
  maps: ObjectMaps,
  settings: DecodeSettings,
  trueShape?: TrueShape,
): DecodedObjects {
  checkObjectMaps(maps, settings);
  checkSettings(settings, maps.centerHeatmap.shape[3], maps.boxSize !== undefined);
  for (const [side, pixels] of Object.entries(trueShape ?? {})) atLeast(`trueShape.${side}`, pixels, 1);
  return decodeReadout(readMaps(maps, settings, trueShape), settings, trueShape);
}

/** The same from what was read of the maps, wherever that was. */
export function decodeReadout(
  readings: ObjectReadout,
  settings: DecodeSettings,
  trueShape?: TrueShape,
): DecodedObjects {
  const { height, width, centers, boxSize, boxOffset } = readings;
  const { outputStride, keypointEstimationTask: tasks } = settings;
  const shape = trueShape ?? { height: height * outputStride, width: width * outputStride };
  const { cells } = centers;
  const cellBoxes = boxSize && boxOffset && boxesInCells(cells, boxSize, boxOffset, readings);
  const keypoints = tasks.length > 0 ? objectKeypoints(readings, settings, cellBoxes, shape) : undefined;
  const boxes = cellBoxes
    ? boxesAsFractions(cellBoxes, shape.height, shape.width, outputStride)
    : tightBoxes(cells.length, keypoints);
  const peakCount = centers.candidates.scores.filter((score) => score > 0).length;
  const scores = keypoints ? rescored(centers, keypoints, tasks) : centers.candidates.scores;
  const decoded = { height, width, trueShape: shape, centers, peakCount, keypoints, boxes, scores };
  return { ...decoded, boxesInCells: cellBoxes, ...detectedRows(decoded, settings) };
}

/** Task by task, each on what the one before it left. */
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

/** Around all of a row's keypoints. */
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
