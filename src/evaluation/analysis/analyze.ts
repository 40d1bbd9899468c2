import { UsageError } from "../../errors.ts";
import type { Evaluation } from "../evaluate.ts";
import { type ConfusionMatrix, confusionMatrix, DEFAULT_CONFUSION_SCORE } from "./confusion.ts";
import { type ErrorAnalysis, errorAnalysis } from "./errors.ts";
import { DEFAULT_IOU, type Outcomes, outcomesAt } from "./outcomes.ts";
import { type PrecisionCurves, precisionCurves } from "./precisionCurves.ts";
import { type ScoreCurves, scoreCurves } from "./scoreCurves.ts";
import { DEFAULT_WORST, type WorstImages, worstImages } from "./worstImages.ts";

export interface AnalysisOptions {
  /** What a detection and its truth must reach: IoU, or OKS of keypoints. Default 0.5. */
  readonly iouThreshold?: number;
  /** Of the confusion matrix and the worst images: detections below it are left out. Default 0.2. */
  readonly score?: number;
  /** How many of the worst images of each kind. Default 10. */
  readonly worst?: number;
}

/** Why an evaluation came out as it did. */
export interface Analysis {
  readonly outcomes: Outcomes;
  readonly score: number;
  readonly errors: ErrorAnalysis;
  readonly confusion: ConfusionMatrix;
  readonly precisionCurves: PrecisionCurves;
  readonly scoreCurves: ScoreCurves;
  readonly worst: WorstImages;
}

/**
 * Asks why: kinds of error, confusions, curves and the worst images of an evaluation. Each part is a function of its
 * own as well.
 *
 * @throws UsageError for an option that cannot be.
 */
export function analyze(evaluation: Evaluation, options: AnalysisOptions = {}): Analysis {
  const { iouThreshold = DEFAULT_IOU, score = DEFAULT_CONFUSION_SCORE, worst = DEFAULT_WORST } = options;
  if (!(iouThreshold > 0 && iouThreshold <= 1)) {
    const expected = "a number above 0, at most 1";
    throw new UsageError({ where: "option iouThreshold", expected, got: String(iouThreshold) });
  }
  if (Number.isNaN(score))
    throw new UsageError({ where: "option score", expected: "a number", got: String(score) });
  if (!Number.isInteger(worst) || worst < 0)
    throw new UsageError({
      where: "option worst",
      expected: "a whole number, 0 or more",
      got: String(worst),
    });
  const outcomes = outcomesAt(evaluation, iouThreshold);
  return {
    outcomes,
    score,
    errors: errorAnalysis(outcomes),
    confusion: confusionMatrix(outcomes, score),
    precisionCurves: precisionCurves(evaluation),
    scoreCurves: scoreCurves(outcomes),
    worst: worstImages(outcomes, score, worst),
  };
}
