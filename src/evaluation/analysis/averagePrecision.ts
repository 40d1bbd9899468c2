import { pairwiseSum } from "../pairwiseSum.ts";
import { OUTCOME } from "./outcomes.ts";

/** pycocotools' (see accumulate.ts). */
const EPSILON = 2 ** -52;

/** The detections of a category from the highest score down, and its truths that count. */
export interface RankedOutcomes {
  /** Of each detection: `OUTCOME.true` or `false`; others are passed over. */
  readonly outcomes: ArrayLike<number>;
  readonly truths: number;
}

/** Precision at each recall point. */
function precisions({ outcomes, truths }: RankedOutcomes, recallPoints: readonly number[]): Float64Array {
  /** Of each true detection, the precision there. */
  const reached: number[] = [];
  let wrong = 0;
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes[i] === OUTCOME.true)
      reached.push((reached.length + 1) / (wrong + reached.length + 1 + EPSILON));
    else if (outcomes[i] === OUTCOME.false) wrong++;
  }
  for (let i = reached.length - 1; i > 0; i--) reached[i - 1] = Math.max(reached[i - 1], reached[i]);
  return Float64Array.from(recallPoints, (point) => {
    let place = Math.max(0, Math.ceil(point * truths) - 2);
    while (place < reached.length && (place + 1) / truths < point) place++;
    return reached[place] ?? 0;
  });
}

/**
 * Mean average precision of these categories: the mean over all recall points, as pycocotools' rows are. A category
 * without truth counts as 0 if something is found, and not at all otherwise. -1 if none counts.
 */
export function meanPrecision(
  categories: readonly RankedOutcomes[],
  recallPoints: readonly number[],
): number {
  const counted = categories.filter(({ truths, outcomes }) => truths > 0 || outcomes.length > 0);
  const [R, K] = [recallPoints.length, counted.length];
  if (K === 0) return -1;
  const all = new Float64Array(R * K);
  counted.forEach((category, k) => {
    if (category.truths === 0) return;
    precisions(category, recallPoints).forEach((precision, r) => {
      all[r * K + k] = precision;
    });
  });
  return pairwiseSum(all) / all.length;
}
