import { gaussianDenominator } from "../../../decode/keypointScores.ts";
import type { DecodeSettings, KeypointEstimationTask } from "../../../decode/objects/settings.ts";
import { PEAK_TOLERANCE } from "../../../decode/peaks.ts";
import { UsageError } from "../../../errors.ts";
import type { InputSize } from "../../../models/model.ts";
import { boxesInCells, boxesInPixels, instanceScores, keypointRows, type OnnxDetections } from "./boxes.ts";
import type { Calculation } from "./calculation.ts";
import { candidatesOf, refinedKeypoints } from "./candidates.ts";
import { bestOf, type OnnxMaps, type OnnxPeaks, type OnnxPoints, peakMap } from "./mapReader.ts";
import { gaussianKeypoints, regressedPoints } from "./poses.ts";

/** The decode of objects, `decodeObjects`, for an image that fills the input. */
export function objectsInOnnx(
  c: Calculation,
  maps: OnnxMaps,
  settings: DecodeSettings,
  input: InputSize,
): OnnxDetections {
  refuseOthers(settings);
  c.step("centers");
  const { maxBoxPredictions, peakMaxPoolKernelSize } = settings.objectCenterParams;
  const { centerHeatmap } = maps;
  const map = peakMap(c, centerHeatmap, peakMaxPoolKernelSize, PEAK_TOLERANCE);
  const peaks = bestOf(c, map, centerHeatmap.shape, maxBoxPredictions);
  const boxes = boxesInCells(c, maps, peaks);
  const stride = settings.outputStride;
  const found = { count: peaks.count, boxes: boxesInPixels(c, boxes, stride, input), classes: peaks.classes };
  const [task] = settings.keypointEstimationTask;
  if (!task) return { ...found, scores: peaks.scores };
  const keypoints = keypointsOf(c, maps, peaks, task, boxes);
  c.step("detections");
  const hasKeypoints = rowsWithKeypoints(c, peaks, task, centerHeatmap.shape[3]);
  const inFrame = task.clipOutOfFrameKeypoints ? clipped(c, keypoints, stride, input) : keypoints;
  const rows = keypointRows(c, inFrame, stride);
  return {
    ...found,
    scores: rescored(c, peaks, inFrame.scores, task, hasKeypoints),
    keypoints: hasKeypoints ? c.choose(c.widen(c.widen(hasKeypoints, 1), 2), rows, c.float(0)) : rows,
  };
}

type OnnxKeypoints = OnnxPoints & { readonly scores: string };

function keypointsOf(
  c: Calculation,
  maps: OnnxMaps,
  peaks: OnnxPeaks,
  task: KeypointEstimationTask,
  boxes: string,
): OnnxKeypoints {
  const regressed = regressedPoints(c, maps, peaks);
  if (task.candidateRankingMode === "gaussian_weighted_const") {
    const [, height, width] = maps.keypointHeatmap.shape;
    const denominator = gaussianDenominator(height, width, Math.fround(task.gaussianDenomRatio));
    return gaussianKeypoints(c, maps, { boxes, regressed, denominator });
  }
  return refinedKeypoints(c, regressed, candidatesOf(c, maps, task), boxes, task);
}

/** Whether each row has keypoints; undefined if all have, as with a single class. */
function rowsWithKeypoints(
  c: Calculation,
  { classes, scores }: OnnxPeaks,
  { classIndex }: KeypointEstimationTask,
  classCount: number,
): string | undefined {
  if (classCount === 1) return undefined;
  return c.all(c.isEqual(classes, c.integer(classIndex)), c.isLess(c.float(0), scores));
}

function rescored(
  c: Calculation,
  { scores }: OnnxPeaks,
  keypoints: string,
  task: KeypointEstimationTask,
  hasKeypoints: string | undefined,
): string {
  if (!task.rescoreInstances) return scores;
  const own = instanceScores(c, scores, keypoints, Math.fround(task.rescoringThreshold));
  return hasKeypoints ? c.choose(hasKeypoints, own, scores) : own;
}

/** Moves keypoints outside the input to its border and sets their scores to 0. */
function clipped(
  c: Calculation,
  { y, x, scores }: OnnxKeypoints,
  stride: number,
  { height, width }: InputSize,
): OnnxKeypoints {
  const [rows, columns] = [c.float(height / stride), c.float(width / stride)];
  const inside = { y: c.clip(y, rows), x: c.clip(x, columns) };
  const isInside = c.all(c.isEqual(inside.y, y), c.isEqual(inside.x, x));
  return { ...inside, scores: c.choose(isInside, scores, c.float(0)) };
}

/** @throws UsageError for settings that no published model has and that are not written in ONNX. */
function refuseOthers({ keypointEstimationTask: tasks, postProcessing, boxForm }: DecodeSettings): void {
  const others = [
    postProcessing && "non-maximum suppression",
    boxForm?.sizePerClass && "a size for each class",
    tasks.length > 1 && `${tasks.length} keypoint tasks`,
    tasks.some(({ predictDepth }) => predictDepth) && "keypoint depths",
    tasks.some((task) => task.candidateRankingMode === "gaussian_weighted") && "gaussian_weighted",
  ].filter(Boolean);
  if (others.length === 0) return;
  throw new UsageError({
    where: "decode in ONNX",
    expected: "peaks, boxes and one keypoint task",
    got: others.join(" and "),
    hint: "Export the heads alone.",
  });
}
