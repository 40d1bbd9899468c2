import { UsageError } from "../../errors.ts";
import type { KeypointEstimationTask } from "./settings.ts";

/** The higher, the likelier a candidate of this score at this distance (cells) is the object's keypoint. */
export type Ranking = (score: number, distance: number) => number;

/**
 * One object's ranking of one keypoint's candidates (Object Detection API: `refine_keypoints`), each
 * operation rounded to float32:
 *
 *     min_distance                 -distance
 *     score_distance_ratio         score / (distance + scoreDistanceOffset)
 *     score_scaled_distance_ratio  score / (distance + longer side · scoreDistanceMultiplier)
 *     gaussian_weighted            score · exp(-distance² / (2 · (deviation · boxDeviation)²))
 *
 * `sides` are the height and width of the object's box in cells; `deviation` is the keypoint's own.
 */
export function candidateRanking(
  task: KeypointEstimationTask,
  sides: readonly [height: number, width: number],
  deviation: number,
): Ranking {
  switch (task.candidateRankingMode) {
    case "min_distance":
      return (_, distance) => -distance;
    case "score_distance_ratio":
      return ratioTo(Math.fround(task.scoreDistanceOffset));
    case "score_scaled_distance_ratio":
      return ratioTo(Math.fround(Math.max(...sides) * Math.fround(task.scoreDistanceMultiplier)));
    case "gaussian_weighted":
      return gaussian(Math.fround(deviation * boxDeviation(...sides)));
    case "gaussian_weighted_const":
      throw new UsageError({
        where: "candidateRankingMode",
        expected: "a mode that ranks candidates",
        got: task.candidateRankingMode,
      });
  }
}

function ratioTo(offset: number): Ranking {
  return (score, distance) => Math.fround(score / Math.fround(distance + offset));
}

function gaussian(deviation: number): Ranking {
  const denominator = Math.fround(Math.fround(2 * deviation) * deviation);
  return (score, distance) => {
    const exponent = Math.fround(Math.fround(-distance * distance) / denominator);
    return Math.fround(score * Math.fround(Math.exp(exponent)));
  };
}

/** The overlap of boxes that a shift within the deviation keeps (Law & Deng, arXiv:1808.01244, section 3.2). */
const MIN_OVERLAP = 0.7;

/**
 * A Gaussian's width for a box of this height and width, all in cells: a third of the whole cells that its
 * corners may move, and half a cell. Each root is divided by 2 where 2a is right: a known mistake of the
 * original (and of Law & Deng's code) that its networks were trained with.
 */
function boxDeviation(height: number, width: number): number {
  const sum = height + width;
  const area = height * width;
  const radius = Math.min(
    root(1, -sum, (area * (1 - MIN_OVERLAP)) / (1 + MIN_OVERLAP)),
    root(4, -2 * sum, (1 - MIN_OVERLAP) * area),
    root(4 * MIN_OVERLAP, 2 * MIN_OVERLAP * sum, (MIN_OVERLAP - 1) * area),
  );
  return Math.fround((2 * Math.max(Math.floor(Math.fround(radius)), 0) + 1) / 6);
}

function root(a: number, b: number, c: number): number {
  return (-b + Math.sqrt(b * b - 4 * a * c)) / 2;
}
