/** What a score threshold does to precision, recall and F1: which `--score` to use. */
import { sortByScore } from "../matching/order.ts";
import { categoryNames } from "./byImage.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";

/** Precision, recall and F1 if detections below `score` are dropped. */
export interface ScorePoint {
  readonly score: number;
  readonly precision: number;
  readonly recall: number;
  /** 2 · precision · recall / (precision + recall). */
  readonly f1: number;
}

export interface ScoreCurve {
  readonly name: string;
  /** Truths that count. */
  readonly truths: number;
  /** Of each of `ScoreCurves.scores`. Precision is 0 where nothing is left. */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
  /** The score of the highest F1, exactly: the highest score among equals. Undefined without truth or detections. */
  readonly best?: ScorePoint;
}

export interface ScoreCurves {
  readonly iouThreshold: number;
  /** 101 scores: 0, 0.01, ... 1, or as many over the range of the detections' scores if some lie outside. */
  readonly scores: Float64Array;
  /** The detections and truths of all classes together. */
  readonly all: ScoreCurve;
  /** In the order of `parameters.categoryIds`. */
  readonly categories: readonly ScoreCurve[];
}

const POINTS = 101;

export function scoreCurves({ arranged, iouThreshold, found, truth }: Outcomes): ScoreCurves {
  const { byScore, foundStarts, truthStarts, truth: truthRows, results } = arranged;
  const all = sortByScore(byScore, results.found.scores);
  const scores = gridOf(all, results.found.scores);
  const curveOf = (name: string, rows: Int32Array, truths: Int32Array) => {
    const count = truths.reduce((sum, row) => sum + (truth[row] <= OUTCOME.true ? 1 : 0), 0);
    return scoreCurve(name, count, rows, { outcomes: found, scores: results.found.scores, grid: scores });
  };
  return {
    iouThreshold,
    scores,
    all: curveOf("all classes", all, truthRows),
    categories: categoryNames(arranged).map((name, k) =>
      curveOf(
        name,
        byScore.subarray(foundStarts[k], foundStarts[k + 1]),
        truthRows.subarray(truthStarts[k], truthStarts[k + 1]),
      ),
    ),
  };
}

function gridOf(ranked: Int32Array, scores: Float64Array): Float64Array {
  const [high, low] = ranked.length === 0 ? [1, 0] : [scores[ranked[0]], scores[ranked[ranked.length - 1]]];
  const [from, to] = low < 0 || high > 1 ? [low, high] : [0, 1];
  return Float64Array.from({ length: POINTS }, (_, i) => from + ((to - from) * i) / (POINTS - 1));
}

function scoreCurve(
  name: string,
  truths: number,
  ranked: Int32Array,
  { outcomes, scores, grid }: { outcomes: Uint8Array; scores: Float64Array; grid: Float64Array },
): ScoreCurve {
  const precision = new Float64Array(grid.length);
  const recall = new Float64Array(grid.length);
  const f1 = new Float64Array(grid.length);
  let best: ScorePoint | undefined;
  let [right, wrong] = [0, 0];
  const point = (score: number): ScorePoint => ({
    score,
    precision: right === 0 ? 0 : right / (right + wrong),
    recall: truths === 0 ? 0 : right / truths,
    f1: right === 0 ? 0 : (2 * right) / (right + wrong + truths),
  });
  let next = 0;
  /** Takes all detections of at least this score. */
  const takeTo = (score: number) => {
    while (next < ranked.length && scores[ranked[next]] >= score) {
      const row = ranked[next++];
      if (outcomes[row] === OUTCOME.true) right++;
      else if (outcomes[row] === OUTCOME.false) wrong++;
      const isLastOfScore = next === ranked.length || scores[ranked[next]] !== scores[row];
      if (isLastOfScore && right > 0 && point(0).f1 > (best?.f1 ?? 0)) best = point(scores[row]);
    }
  };
  for (let i = grid.length - 1; i >= 0; i--) {
    takeTo(grid[i]);
    const here = point(grid[i]);
    precision[i] = here.precision;
    recall[i] = here.recall;
    f1[i] = here.f1;
  }
  return { name, truths, precision, recall, f1, best };
}
