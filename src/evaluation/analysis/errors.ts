/**
 * Why detections are wrong: the six kinds of error of TIDE (Bolya et al., arXiv:2008.08115), each with the average
 * precision that would be gained if it alone were put right.
 *
 * What differs from TIDE's program (tidecv): matches are those of COCO's evaluation, so that the average precision is
 * pycocotools' own row and not one beside it; classes without truth stay out of the mean; and what matches a crowd is
 * ignored as pycocotools ignores it. Without crowds, ties and such classes the numbers are the same.
 */
import { UsageError } from "../../errors.ts";
import { meanPrecision, type RankedOutcomes } from "./averagePrecision.ts";
import { categoryPlaces, fitOf, type ImageRows, rowsByImage } from "./byImage.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";

/** In TIDE's order. */
export const ERROR_KINDS = ["class", "location", "both", "duplicate", "background", "missed"] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

const [CLASS, LOCATION, BOTH, DUPLICATE, BACKGROUND, MISSED] = ERROR_KINDS.keys();
const NONE = -1;
/** Below it a detection lies on nothing: TIDE's t_b. */
const BACKGROUND_IOU = 0.1;

export interface ErrorShare {
  readonly kind: ErrorKind;
  /** Detections of this kind; truths if missed. */
  readonly count: number;
  /** Average precision gained if this kind alone were put right, from 0 to 1: TIDE's dAP. */
  readonly gain: number;
}

export interface ErrorAnalysis {
  /** A detection that fits so well is right: TIDE's t_f. IoU, or OKS of keypoints. */
  readonly foregroundIou: number;
  readonly backgroundIou: number;
  /** Average precision at `foregroundIou`; -1 if there is no truth. */
  readonly averagePrecision: number;
  /** In the order of `ERROR_KINDS`. */
  readonly errors: readonly ErrorShare[];
  /** [category][kind]: counts, a detection's by its own class, a missed truth's by its class. */
  readonly perCategory: Int32Array;
  /** Of each row of the results: a place in `ERROR_KINDS`, or -1. */
  readonly kindOf: Int8Array;
  /** Of each row of the results: the truth that it was meant for (class and location), or -1. */
  readonly targetOf: Int32Array;
  /** Of each row of the truth: 1 if nothing points at it. */
  readonly missed: Uint8Array;
}

/** @throws UsageError for thresholds that leave nothing between them. */
export function errorAnalysis(outcomes: Outcomes, backgroundIou = BACKGROUND_IOU): ErrorAnalysis {
  const { iouThreshold, arranged, found, truth } = outcomes;
  if (!(backgroundIou >= 0 && backgroundIou < iouThreshold)) {
    const expected = `a threshold from 0 to below ${iouThreshold}`;
    throw new UsageError({ where: "errors, background", expected, got: String(backgroundIou) });
  }
  const kindOf = new Int8Array(found.length).fill(NONE);
  const targetOf = new Int32Array(found.length).fill(-1);
  const judge = new Judge(outcomes, backgroundIou, kindOf, targetOf);
  for (const rows of rowsByImage(outcomes)) judge.image(rows);
  const missed = new Uint8Array(truth.length);
  const pointedAt = new Set<number>();
  for (const target of targetOf) if (target >= 0) pointedAt.add(target);
  for (let row = 0; row < truth.length; row++) {
    if (truth[row] === OUTCOME.false && !pointedAt.has(row)) missed[row] = 1;
  }
  const places = categoryPlaces(arranged);
  const perCategory = new Int32Array(arranged.parameters.categoryIds.length * ERROR_KINDS.length);
  const count = (category: number, kind: number) =>
    perCategory[places[category] * ERROR_KINDS.length + kind]++;
  for (let row = 0; row < found.length; row++) {
    if (kindOf[row] >= 0) count(arranged.results.found.categories[row], kindOf[row]);
  }
  for (let row = 0; row < truth.length; row++) {
    if (missed[row]) count(arranged.annotations.truth.categories[row], MISSED);
  }
  const repair = new Repair(outcomes, { kindOf, targetOf, missed });
  const averagePrecision = repair.without(NONE);
  return {
    foregroundIou: iouThreshold,
    backgroundIou,
    averagePrecision,
    errors: ERROR_KINDS.map((kind, i) => ({
      kind,
      count: perCategory.reduce((sum, part, at) => sum + (at % ERROR_KINDS.length === i ? part : 0), 0),
      gain: averagePrecision < 0 ? 0 : repair.without(i) - averagePrecision,
    })),
    perCategory,
    kindOf,
    targetOf,
    missed,
  };
}

/** Finds the kind of each false detection of an image. */
class Judge {
  private readonly fit: (found: number, truth: number) => number;
  private readonly places: Int32Array;

  constructor(
    private readonly outcomes: Outcomes,
    private readonly backgroundIou: number,
    private readonly kindOf: Int8Array,
    private readonly targetOf: Int32Array,
  ) {
    this.fit = fitOf(outcomes.arranged);
    this.places = categoryPlaces(outcomes.arranged);
  }

  image(rows: ImageRows): void {
    const truth = rows.truth.filter((row) => this.outcomes.truth[row] !== OUTCOME.ignored);
    for (const row of rows.found) {
      if (this.outcomes.found[row] === OUTCOME.false) this.detection(row, truth);
    }
  }

  /** The first that fits, as in TIDE. Among equal fits the first truth of the file counts. */
  private detection(row: number, truth: Int32Array): void {
    const { arranged, iouThreshold, truth: outcomes, foundOf } = this.outcomes;
    const { categories } = arranged.results.found;
    const own = { fit: 0, truth: -1 };
    const other = { fit: 0, truth: -1 };
    let taken = 0;
    for (const candidate of truth) {
      const fit = this.fit(row, candidate);
      const isOwn =
        this.places[arranged.annotations.truth.categories[candidate]] === this.places[categories[row]];
      const best = isOwn ? own : other;
      if (fit > best.fit) {
        best.fit = fit;
        best.truth = candidate;
      }
      if (isOwn && outcomes[candidate] === OUTCOME.true && fit > taken) taken = fit;
    }
    const pointAt = (kind: number, target: number) => {
      this.kindOf[row] = kind;
      if (foundOf[target] < 0) this.targetOf[row] = target;
    };
    if (truth.length === 0) this.kindOf[row] = BACKGROUND;
    else if (own.truth >= 0 && own.fit >= this.backgroundIou && own.fit <= iouThreshold)
      pointAt(LOCATION, own.truth);
    else if (other.truth >= 0 && other.fit >= iouThreshold) pointAt(CLASS, other.truth);
    else if (taken > 0 && taken >= iouThreshold) this.kindOf[row] = DUPLICATE;
    else if (Math.max(own.fit, other.fit) <= this.backgroundIou) this.kindOf[row] = BACKGROUND;
    else this.kindOf[row] = BOTH;
  }
}

/** Average precision once a kind of error is put right. */
class Repair {
  private readonly places: Int32Array;
  /** Of each truth that is pointed at: the best of those detections, which becomes right; the others go. */
  private readonly bestFor: Int32Array;
  private readonly truths: Int32Array;

  constructor(
    private readonly outcomes: Outcomes,
    private readonly why: Pick<ErrorAnalysis, "kindOf" | "targetOf" | "missed">,
  ) {
    const { arranged, truth } = outcomes;
    this.places = categoryPlaces(arranged);
    this.bestFor = new Int32Array(truth.length).fill(-1);
    const { scores } = arranged.results.found;
    // Equal scores: the first in the order of the evaluation.
    for (const row of arranged.byImage) {
      const target = why.targetOf[row];
      if (target < 0) continue;
      const before = this.bestFor[target];
      if (before < 0 || scores[before] < scores[row]) this.bestFor[target] = row;
    }
    this.truths = new Int32Array(arranged.parameters.categoryIds.length);
    for (let row = 0; row < truth.length; row++) {
      if (truth[row] === OUTCOME.true || truth[row] === OUTCOME.false) this.truths[this.truthPlace(row)]++;
    }
  }

  private truthPlace(row: number): number {
    return this.places[this.outcomes.arranged.annotations.truth.categories[row]];
  }

  without(kind: number): number {
    const { arranged, truth } = this.outcomes;
    const K = this.truths.length;
    const truths = this.truths.slice();
    if (kind === MISSED) {
      for (let row = 0; row < truth.length; row++) if (this.why.missed[row]) truths[this.truthPlace(row)]--;
    }
    const moved = this.movedRows(kind);
    const categories: RankedOutcomes[] = [];
    for (let k = 0; k < K; k++) {
      // Without truth of its own a class has no average precision.
      if (this.truths[k] > 0)
        categories.push({ outcomes: this.ranked(k, kind, moved.get(k) ?? []), truths: truths[k] });
    }
    return meanPrecision(categories, arranged.parameters.recallThresholds);
  }

  /** Detections that become right, by the class of their truth. */
  private movedRows(kind: number): Map<number, number[]> {
    const moved = new Map<number, number[]>();
    if (kind !== CLASS && kind !== LOCATION) return moved;
    for (let target = 0; target < this.bestFor.length; target++) {
      const row = this.bestFor[target];
      if (row < 0 || this.why.kindOf[row] !== kind) continue;
      const place = this.truthPlace(target);
      const rows = moved.get(place);
      if (rows) rows.push(row);
      else moved.set(place, [row]);
    }
    return moved;
  }

  /** Outcomes of the detections of class `k` by score, those of `kind` without and `added` as right ones. */
  private ranked(k: number, kind: number, added: number[]): Uint8Array {
    const { arranged, found } = this.outcomes;
    const { byScore, foundStarts, results, imagePlace } = arranged;
    const { scores, images } = results.found;
    const isLeft = (row: number) =>
      (found[row] === OUTCOME.true || found[row] === OUTCOME.false) &&
      (kind === NONE || this.why.kindOf[row] !== kind);
    const kept = byScore.subarray(foundStarts[k], foundStarts[k + 1]).filter(isLeft);
    if (added.length === 0) return Uint8Array.from(kept, (row) => found[row]);
    const isAdded = new Set(added);
    const rows = [...kept, ...added].sort(
      (a, b) => scores[b] - scores[a] || imagePlace[images[a]] - imagePlace[images[b]] || a - b,
    );
    return Uint8Array.from(rows, (row) => (isAdded.has(row) ? OUTCOME.true : found[row]));
  }
}
