/** The images to look at first. */
import { type ImageRows, rowsByImage } from "./byImage.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";

export interface WorstImage {
  /** The image's position in the annotations. */
  readonly image: number;
  /** Truths that count. */
  readonly truths: number;
  /** Those that no detection of their class found. */
  readonly missed: number;
  /** Detections that count, and those that are false. */
  readonly found: number;
  readonly wrong: number;
  /** The highest score of a false detection; undefined if there is none. */
  readonly wrongScore?: number;
}

export interface WorstImages {
  readonly score: number;
  readonly iouThreshold: number;
  /** By the number of truths missed, the most first. */
  readonly missed: readonly WorstImage[];
  /** By the highest score of a false detection. */
  readonly wrong: readonly WorstImage[];
}

/** How many of each kind. */
export const DEFAULT_WORST = 10;

/**
 * The worst images among detections that score at least `score`: those with the most missed truths (ties: the larger
 * share, then the smaller id), and those with the most confident false detection. An image without either is in neither.
 */
export function worstImages(outcomes: Outcomes, score: number, most = DEFAULT_WORST): WorstImages {
  const all = Array.from(rowsByImage(outcomes), (rows) => countsOf(rows, outcomes, score));
  const share = ({ missed, truths }: WorstImage) => missed / truths;
  const missed = all.filter((image) => image.missed > 0);
  missed.sort((a, b) => b.missed - a.missed || share(b) - share(a));
  const wrong = all.filter(({ wrongScore }) => wrongScore !== undefined);
  wrong.sort((a, b) => (b.wrongScore ?? 0) - (a.wrongScore ?? 0) || b.wrong - a.wrong);
  return {
    score,
    iouThreshold: outcomes.iouThreshold,
    missed: missed.slice(0, most),
    wrong: wrong.slice(0, most),
  };
}

function countsOf({ image, truth, found }: ImageRows, outcomes: Outcomes, score: number): WorstImage {
  const { arranged } = outcomes;
  const { scores } = arranged.results.found;
  let [truths, missed, wrong, counted] = [0, 0, 0, 0];
  let wrongScore: number | undefined;
  for (const row of truth) {
    if (outcomes.truth[row] === OUTCOME.ignored) continue;
    truths++;
    if (!isFound(outcomes, row, score)) missed++;
  }
  for (const row of found) {
    if (scores[row] < score || outcomes.found[row] === OUTCOME.ignored) continue;
    counted++;
    if (outcomes.found[row] !== OUTCOME.false) continue;
    wrong++;
    wrongScore ??= scores[row];
  }
  return { image: arranged.parameters.images[image], truths, missed, found: counted, wrong, wrongScore };
}

/** Whether a detection of at least this score took the truth: lower ones change nothing above them. */
export function isFound({ arranged, foundOf }: Outcomes, truth: number, score: number): boolean {
  const taker = foundOf[truth];
  return taker >= 0 && arranged.results.found.scores[taker] >= score;
}
