import { UsageError } from "../../errors.ts";
import type { KeypointEstimationTask } from "./settings.ts";

/**
 * Ranks a candidate by its score and its distance in cells; the highest-ranked one is the object's keypoint.
 */
export type Ranking = (score: number, distance: number) => number;

/**
 * How one object ranks the candidates for one of its keypoints (Object Detection API: `refine_keypoints`),
 * with each operation rounded to float32:
 *
 *     min_distance                 -distance
 *     score_distance_ratio         score / (distance + scoreDistanceOffset)
 *     score_scaled_distance_ratio  score / (distance + longer side · scoreDistanceMultiplier)
 *     gaussian_weighted            score · exp(-distance² / (2 · (deviation · boxDeviation)²))
 *
 * `sides` are the height and width of the object's box in cells. `deviation` is the keypoint's own.
 *
 * @throws UsageError for `gaussian_weighted_const`, which does not rank candidates.
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

/**
 * Boxes whose corners moved within the radius still overlap this much (Law & Deng, arXiv:1808.01244, section
 * 3.2).
 */
const MIN_OVERLAP = 0.7;

/**
 * The standard deviation of the Gaussian for a box of this height and width, all in cells. It is (2r + 1) /
 * 6, with r the number of whole cells that its corners may move. Each root is divided by 2 instead of by 2a.
 * That is a known mistake of the original (and of Law & Deng's code), and its networks were trained with it.
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
