import type { KeypointEstimationTask } from "../../../decode/objects/settings.ts";
import { PEAK_TOLERANCE } from "../../../decode/peaks.ts";
import type { Calculation } from "./calculation.ts";
import { channelRows, type OnnxMaps, type OnnxPoints, peakMap, positionsOf } from "./mapReader.ts";

/** Where each kind of keypoint may lie, best first: [keypoints, candidates]. */
export interface OnnxCandidates extends OnnxPoints {
  readonly keypoints: number;
  readonly count: number;
  readonly scores: string;
}

/** The best peaks of each channel, as `keypointCandidates`. */
export function candidatesOf(
  c: Calculation,
  { keypointHeatmap, keypointOffset }: OnnxMaps,
  task: KeypointEstimationTask,
): OnnxCandidates {
  c.step("candidates");
  const [, height, width, keypoints] = keypointHeatmap.shape;
  const count = Math.min(task.numCandidatesPerKeypoint, height * width);
  const value = peakMap(c, keypointHeatmap, task.peakMaxPoolKernelSize, PEAK_TOLERANCE);
  const { values, indices } = c.topK(channelRows(c, { ...keypointHeatmap, value }), count);
  const flat = c.reshape(keypointOffset.value, [-1]);
  const { y, x } = positionsOf(c, indices, width);
  const [, , , channels] = keypointOffset.shape;
  const shifted = (position: string, axis: number) => {
    const starts = Array.from({ length: keypoints }, (_, keypoint) => {
      return (((2 * keypoint) % channels) + axis) * height * width;
    });
    return c.add(position, c.gather(flat, c.add(indices, c.widen(c.integers(starts), 1))));
  };
  return { keypoints, count, scores: values, y: shifted(y, 0), x: shifted(x, 1) };
}

/** The distance in cells that the original assigns to candidates below the threshold. */
const FAR = 1e5;

/** Moves each regressed keypoint to its best candidate, as `refineKeypoints`. `boxes` are in cells. */
export function refinedKeypoints(
  c: Calculation,
  regressed: OnnxPoints,
  candidates: OnnxCandidates,
  boxes: string,
  task: KeypointEstimationTask,
): OnnxPoints & { readonly scores: string } {
  c.step("keypoints");
  const threshold = c.float(task.keypointCandidateScoreThreshold);
  const distances = distancesOf(c, regressed, candidates, threshold); // objects x keypoints x candidates
  const best = bestCandidates(c, distances, candidates, boxes, task); // objects x keypoints
  const starts = Array.from({ length: candidates.keypoints }, (_, keypoint) => keypoint * candidates.count);
  const index = c.add(best, c.integers(starts));
  const chosen = (of: string) => c.gather(c.reshape(of, [-1]), index);
  const [y, x, scores] = [candidates.y, candidates.x, candidates.scores].map(chosen);
  const moves = c.all(
    c.isAtMost(threshold, scores),
    ...withinReach(c, { y, x }, c.minimum(distances, 2), boxes, task),
  );
  return {
    y: c.choose(moves, y, regressed.y),
    x: c.choose(moves, x, regressed.x),
    scores: c.choose(moves, scores, c.float(task.unmatchedKeypointScore)),
  };
}

function distancesOf(c: Calculation, points: OnnxPoints, others: OnnxCandidates, threshold: string): string {
  const squared = (one: string, other: string) => {
    const along = c.subtract(c.widen(one, 2), c.widen(other, 0));
    return c.multiply(along, along);
  };
  const distances = c.squareRoot(c.add(squared(points.y, others.y), squared(points.x, others.x)));
  return c.choose(c.widen(c.isAtMost(threshold, others.scores), 0), distances, c.float(FAR));
}

/** The rank of the best candidate by the task's mode: see `candidateRanking`. */
function bestCandidates(
  c: Calculation,
  distances: string,
  { scores }: OnnxCandidates,
  boxes: string,
  task: KeypointEstimationTask,
): string {
  if (task.candidateRankingMode === "min_distance") return c.argMin(distances, 2);
  const offset =
    task.candidateRankingMode === "score_distance_ratio"
      ? c.float(task.scoreDistanceOffset)
      : c.widen(c.widen(c.multiply(longerSide(c, boxes), c.float(task.scoreDistanceMultiplier)), 1), 2);
  return c.argMax(c.divide(c.widen(scores, 0), c.add(distances, offset)), 2);
}

/** Conditions on the candidate's position and on the distance to the nearest one. */
function withinReach(
  c: Calculation,
  { y, x }: OnnxPoints,
  nearest: string,
  boxes: string,
  { boxScale, candidateSearchScale }: KeypointEstimationTask,
): string[] {
  const start = c.gather(boxes, c.integers([0, 1]), 1);
  const sides = c.subtract(c.gather(boxes, c.integers([2, 3]), 1), start);
  const middle = c.add(start, c.divide(sides, c.float(2)));
  const half = c.multiply(sides, c.float(Math.fround(boxScale) / 2));
  const enlarged = c.concat([c.subtract(middle, half), c.add(middle, half)], 1);
  const radius = c.multiply(longerSide(c, enlarged), c.float(candidateSearchScale));
  const side = (column: number) => c.widen(c.at(enlarged, column, 1), 1);
  return [
    c.isAtMost(side(0), y),
    c.isAtMost(y, side(2)),
    c.isAtMost(side(1), x),
    c.isAtMost(x, side(3)),
    c.isAtMost(nearest, c.widen(radius, 1)),
  ];
}

/** Of boxes (ymin, xmin, ymax, xmax). */
function longerSide(c: Calculation, boxes: string): string {
  const sides = c.subtract(c.gather(boxes, c.integers([2, 3]), 1), c.gather(boxes, c.integers([0, 1]), 1));
  return c.maximum(sides, 1);
}
