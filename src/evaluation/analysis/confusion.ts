/** Which classes are taken for which. */
import { categoryNames, categoryPlaces, fitOf, type ImageRows, rowsByImage } from "./byImage.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";

export interface ConfusionMatrix {
  /** Detections below this score are left out. */
  readonly score: number;
  /** What a detection and its truth must reach: IoU, or OKS of keypoints. */
  readonly iouThreshold: number;
  /** The classes of rows and columns; background comes after the last. */
  readonly names: readonly string[];
  /**
   * [truth][found], K + 1 of both. The last row holds detections on nothing, the last column truths that were missed;
   * where they meet is 0.
   */
  readonly counts: Int32Array;
}

/** What `detect` draws and prints by default. */
export const DEFAULT_CONFUSION_SCORE = 0.2;

/**
 * Counts truths by what they were found as. In each image the detections that score at least `score` are matched with
 * the truth of all classes: the best score first, each taking the free truth that fits it best, its own class among
 * equals. What is ignored (crowds, and what matches them) is left out.
 */
export function confusionMatrix(outcomes: Outcomes, score = DEFAULT_CONFUSION_SCORE): ConfusionMatrix {
  const { arranged, iouThreshold } = outcomes;
  const names = categoryNames(arranged);
  const counter = new Counter(outcomes, score, names.length);
  for (const rows of rowsByImage(outcomes)) counter.image(rows);
  return { score, iouThreshold, names, counts: counter.counts };
}

class Counter {
  readonly counts: Int32Array;
  private readonly places: Int32Array;
  private readonly fit: (found: number, truth: number) => number;

  constructor(
    private readonly outcomes: Outcomes,
    private readonly score: number,
    private readonly background: number,
  ) {
    this.counts = new Int32Array((background + 1) ** 2);
    this.places = categoryPlaces(outcomes.arranged);
    this.fit = fitOf(outcomes.arranged);
  }

  image({ truth, found }: ImageRows): void {
    const { arranged, truth: truthOutcomes, found: foundOutcomes } = this.outcomes;
    const { scores, categories } = arranged.results.found;
    const truths = arranged.annotations.truth.categories;
    const free = new Set(truth.filter((row) => truthOutcomes[row] !== OUTCOME.ignored));
    for (const row of found) {
      if (scores[row] < this.score) continue;
      const own = this.places[categories[row]];
      const match = this.best(row, own, free);
      if (match >= 0) {
        free.delete(match);
        this.add(this.places[truths[match]], own);
      } else if (foundOutcomes[row] !== OUTCOME.ignored) this.add(this.background, own);
    }
    for (const row of free) this.add(this.places[truths[row]], this.background);
  }

  private best(row: number, own: number, free: ReadonlySet<number>): number {
    const { categories } = this.outcomes.arranged.annotations.truth;
    let best = Math.min(this.outcomes.iouThreshold, 1 - 1e-10);
    let match = -1;
    for (const candidate of free) {
      const fit = this.fit(row, candidate);
      if (fit < best) continue;
      const isOwn = this.places[categories[candidate]] === own;
      if (fit === best && match >= 0 && !isOwn) continue;
      best = fit;
      match = candidate;
    }
    return match;
  }

  private add(truth: number, found: number): void {
    this.counts[truth * (this.background + 1) + found]++;
  }
}

/** One cell off the diagonal. */
export interface Confusion {
  /** Places in `names`; `names.length` is background. */
  readonly truth: number;
  readonly found: number;
  readonly count: number;
  /** Of the truths of that class; of the detections on nothing: of those of the class found. */
  readonly share: number;
}

/** Pairs of classes that are confused, the most frequent first. Misses and detections on nothing are left out. */
export function worstConfusions({ names, counts }: ConfusionMatrix, most = 10): Confusion[] {
  const width = names.length + 1;
  const all: Confusion[] = [];
  for (let truth = 0; truth < names.length; truth++) {
    const row = counts.subarray(truth * width, (truth + 1) * width);
    const total = row.reduce((sum, count) => sum + count, 0);
    for (let found = 0; found < names.length; found++) {
      const count = row[found];
      if (found !== truth && count > 0) all.push({ truth, found, count, share: count / total });
    }
  }
  return all.sort((a, b) => b.count - a.count || b.share - a.share || a.truth - b.truth).slice(0, most);
}
