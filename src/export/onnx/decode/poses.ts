import { gaussianDenominator } from "../../../decode/keypointScores.ts";
import type { MultiPoseConstants } from "../../../decode/poses/multiPose.ts";
import type { SinglePoseConstants } from "../../../decode/poses/singlePose.ts";
import type { InputSize } from "../../../models/model.ts";
import { boxesInCells, boxesInPixels, instanceScores, keypointRows, type OnnxDetections } from "./boxes.ts";
import type { Calculation } from "./calculation.ts";
import {
  bestOf,
  channelRows,
  type OnnxMap,
  type OnnxMaps,
  type OnnxPeaks,
  type OnnxPoints,
  positionsOf,
  readAt,
} from "./mapReader.ts";

/** The decode of several persons: `multiPoseSteps`, step by step. */
export function posesInOnnx(
  c: Calculation,
  maps: OnnxMaps,
  constants: MultiPoseConstants,
  input: InputSize,
): OnnxDetections {
  c.step("centers");
  const { centerHeatmap, centerMaximum } = maps;
  const [, height, width] = centerHeatmap.shape;
  const difference = c.magnitude(c.subtract(centerHeatmap.value, centerMaximum.value));
  const isPeak = c.isLess(difference, c.float(constants.peakTolerance));
  const peakMap = c.choose(isPeak, centerHeatmap.value, c.float(0));
  const peaks = bestOf(c, peakMap, centerHeatmap.shape, constants.maxPersons);
  const boxes = boxesInCells(c, maps, peaks);
  const denominator = gaussianDenominator(height, width, constants.gaussianDenominatorRatio);
  const found = gaussianKeypoints(c, maps, {
    boxes,
    regressed: regressedPoints(c, maps, peaks),
    denominator,
  });
  c.step("detections");
  const stride = input.width / width;
  return {
    count: peaks.count,
    boxes: boxesInPixels(c, boxes, stride, input),
    scores: instanceScores(c, peaks.scores, found.scores, constants.keypointScoreThreshold),
    classes: peaks.classes,
    keypoints: keypointRows(c, found, stride),
  };
}

/** Where the centers expect the keypoints, in cells. */
export function regressedPoints(
  c: Calculation,
  { keypointRegression }: OnnxMaps,
  peaks: OnnxPeaks,
): OnnxPoints {
  c.step("regressed");
  const vectors = c.reshape(readAt(c, keypointRegression, peaks.cells), [peaks.count, -1, 2]);
  const along = (axis: number, center: string) => c.add(c.widen(center, 1), c.at(vectors, axis, 2));
  return { y: along(0, peaks.y), x: along(1, peaks.x) };
}

/**
 * The best cell of all for each instance and keypoint: the heatmap weighted with a Gaussian around the regressed keypoint,
 * inside the instance's box (`GaussianCandidates`).
 */
export function gaussianKeypoints(
  c: Calculation,
  { keypointHeatmap, keypointOffset }: OnnxMaps,
  of: { readonly boxes: string; readonly regressed: OnnxPoints; readonly denominator: number },
): OnnxPoints & { readonly scores: string } {
  c.step("keypoints");
  const { y, x } = cellPositions(c, keypointHeatmap);
  const squared = squaredDistances(c, of.regressed, { y, x }, 2);
  const exponent = c.divide(c.op("Neg", [squared]), c.float(of.denominator));
  const weighted = c.multiply(c.widen(channelRows(c, keypointHeatmap), 0), c.exponential(exponent));
  const side = (column: number) => c.widen(c.widen(c.at(of.boxes, column, 1), 1), 2);
  const inside = c.all(
    c.isAtMost(side(0), y),
    c.isAtMost(side(1), x),
    c.isLess(y, side(2)),
    c.isLess(x, side(3)),
  );
  const rescored = c.choose(inside, weighted, c.float(0)); // instances x keypoints x cells
  const cells = c.argMax(rescored, 2); // instances x keypoints
  const scores = atOwnChannel(c, c.maximum(rescored, 0), cells, keypointHeatmap);
  return { ...shiftedCells(c, cells, keypointOffset, keypointHeatmap), scores };
}

/** The decode of one person: `singlePoseSteps`, step by step. Score and box are derived from the keypoints. */
export function poseInOnnx(
  c: Calculation,
  maps: OnnxMaps,
  { centerWeights, distanceOffset, cellSize }: SinglePoseConstants,
  { height, width }: InputSize,
): OnnxDetections {
  c.step("center");
  const { centerHeatmap, keypointHeatmap, keypointOffset } = maps;
  const [, rows, columns] = centerHeatmap.shape;
  const weights = c.floats([1, 1, rows, columns], [...centerWeights]);
  const weighted = c.reshape(c.multiply(centerHeatmap.value, weights), [1, -1]);
  const cells = c.argMax(weighted, 1); // 1
  const center = { count: 1, scores: "", classes: "", cells, ...positionsOf(c, cells, columns) };
  const regressed = regressedPoints(c, maps, center);
  c.step("keypoints");
  const squared = squaredDistances(c, regressed, cellPositions(c, keypointHeatmap), 2);
  const divisor = c.add(c.squareRoot(squared), c.float(distanceOffset));
  const heatmap = channelRows(c, keypointHeatmap);
  const chosen = c.argMax(c.divide(c.widen(heatmap, 0), divisor), 2); // 1 x keypoints
  const scores = atOwnChannel(c, heatmap, chosen, keypointHeatmap);
  const { y, x } = shiftedCells(c, chosen, keypointOffset, keypointHeatmap);
  c.step("detections");
  const fraction = c.float(cellSize);
  const inPixels = (cells: string, side: number) => c.multiply(c.multiply(cells, fraction), c.float(side));
  const points = { y: inPixels(y, height), x: inPixels(x, width), scores };
  const corners = [
    c.minimum(points.x, 1),
    c.minimum(points.y, 1),
    c.maximum(points.x, 1),
    c.maximum(points.y, 1),
  ];
  return {
    count: 1,
    boxes: c.concat(
      corners.map((corner) => c.widen(corner, 1)),
      1,
    ),
    scores: c.mean(scores, 1),
    classes: c.integers([0]),
    keypoints: keypointRows(c, points, 1),
  };
}

/** Row and column of every cell of a map, as lists. */
function cellPositions(c: Calculation, { shape: [, height, width] }: OnnxMap): OnnxPoints {
  const cells = Array.from({ length: height * width }, (_, cell) => cell);
  const list = (of: (cell: number) => number) => c.floats([cells.length], cells.map(of));
  return { y: list((cell) => Math.floor(cell / width)), x: list((cell) => cell % width) };
}

/** Of each point, widened along an axis, from each of the others. */
function squaredDistances(c: Calculation, points: OnnxPoints, others: OnnxPoints, axis: number): string {
  const squared = (one: string, other: string) => {
    const along = c.subtract(other, c.widen(one, axis));
    return c.multiply(along, along);
  };
  return c.add(squared(points.y, others.y), squared(points.x, others.x));
}

/** The value of each keypoint's own channel [keypoints, cells] at its cell [rows, keypoints]. */
function atOwnChannel(c: Calculation, channels: string, cells: string, { shape }: OnnxMap): string {
  const [, height, width, keypoints] = shape;
  const starts = c.integers(Array.from({ length: keypoints }, (_, keypoint) => keypoint * height * width));
  return c.gather(c.reshape(channels, [-1]), c.add(cells, starts));
}

/** Positions of cells [rows, keypoints] with the shift that the offsets have there, each keypoint its own or one for all. */
function shiftedCells(c: Calculation, cells: string, offset: OnnxMap, { shape }: OnnxMap): OnnxPoints {
  const [, height, width, keypoints] = shape;
  const [, , , channels] = offset.shape;
  const flat = c.reshape(offset.value, [-1]);
  const { y, x } = positionsOf(c, cells, width);
  const shifted = (position: string, axis: number) => {
    const starts = Array.from({ length: keypoints }, (_, keypoint) => {
      return (((2 * keypoint) % channels) + axis) * height * width;
    });
    return c.add(position, c.gather(flat, c.add(cells, c.integers(starts))));
  };
  return { y: shifted(y, 0), x: shifted(x, 1) };
}
