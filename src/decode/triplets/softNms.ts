/** A box with its scores. Coordinates are in pixels; all numbers are float32. */
export interface ScoredBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly topLeftScore: number;
  readonly bottomRightScore: number;
}

export interface SoftNmsSettings {
  /** How the score of a box decreases with its overlap with a better one. */
  readonly method: "linear" | "gaussian" | "hard";
  /** Up to this overlap `linear` and `hard` change nothing. `gaussian` ignores it. */
  readonly overlap: number;
  /** Used by `gaussian` only. */
  readonly sigma: number;
  /** Boxes whose score falls below this are dropped. */
  readonly scoreThreshold: number;
  /** If set, each box is averaged with those that it suppresses, which count (1 - weight)^mergeExponent. */
  readonly mergeExponent?: number;
  /**
   * Reproduces two faults of the reference implementation (external/nms.pyx), for comparison with it: dropped
   * rows remain behind the kept ones, and rows that change places leave their corners' scores behind.
   * Default: false.
   */
  readonly reproduceReference?: boolean;
}

/** The settings of Duan et al.'s published results. */
export const SOFT_NMS: SoftNmsSettings = {
  method: "gaussian",
  overlap: 0.5,
  sigma: 0.5,
  scoreThreshold: 0.001,
};

export interface SoftNmsResult<Box extends ScoredBox> {
  /** Best first. `source` is the box's index in the input. */
  readonly boxes: readonly (Box & { readonly source: number })[];
  /** How many of `boxes` are kept: all of them unless `reproduceReference`. */
  readonly kept: number;
}

/** A box whose score a better one lowers. */
export interface LoweredRow {
  /** Indices in the input. */
  readonly source: number;
  readonly by: number;
  readonly overlap: number;
  /** What the score is multiplied with. */
  readonly weight: number;
  /** Whether the score fell below the threshold, so that the box is dropped. */
  readonly isDropped: boolean;
}

type Row<Box extends ScoredBox> = Box & { readonly source: number };

/**
 * Soft non-maximum suppression (Bodla et al., arXiv:1704.04503) of the boxes of one class. Instead of
 * dropping a box that overlaps a better one, it multiplies its score with a weight that depends on their
 * overlap o (intersection over union, with both end pixels of a side included):
 *
 *     linear: 1 - o above the threshold;  gaussian: exp(-o² / sigma);  hard: 0 above the threshold
 *
 * Rounded to float32 wherever the reference rounds. Results are the same bit for bit, except that `pow` may
 * differ in the last place. Every score that is lowered is added to `trace`, if there is one.
 */
export function softNms<Box extends ScoredBox>(
  boxes: readonly Box[],
  settings: SoftNmsSettings,
  trace?: LoweredRow[],
): SoftNmsResult<Box> {
  const { mergeExponent, reproduceReference = false } = settings;
  const rows = boxes.map((box, source): Row<Box> => ({ ...box, source }));
  let count = rows.length;
  for (let i = 0; i < rows.length; i++) {
    if (i >= count && !reproduceReference) break;
    swap(rows, i, indexOfBest(rows, i, count), reproduceReference);
    const best = rows[i];
    const mean = mergeExponent === undefined ? undefined : new MergedBox(best, mergeExponent);
    for (let j = i + 1; j < count; j++) {
      const overlap = overlapOf(best, rows[j]);
      if (overlap <= 0) continue;
      const weight = weightOf(overlap, settings);
      mean?.add(rows[j], weight);
      rows[j] = { ...rows[j], score: Math.fround(weight * rows[j].score) };
      const isDropped = !(rows[j].score >= Math.fround(settings.scoreThreshold));
      trace?.push({ source: rows[j].source, by: best.source, overlap, weight, isDropped });
      if (!isDropped) continue;
      rows[j] = moved(rows[count - 1], rows[j], reproduceReference);
      count--;
      j--;
    }
    if (mean) rows[i] = { ...best, ...mean.box() };
  }
  return { boxes: reproduceReference ? rows : rows.slice(0, count), kept: count };
}

function indexOfBest(rows: readonly ScoredBox[], start: number, end: number): number {
  let best = start;
  for (let i = start + 1; i < end; i++) if (rows[i].score > rows[best].score) best = i;
  return best;
}

function swap<Box extends ScoredBox>(
  rows: Row<Box>[],
  i: number,
  j: number,
  reproduceReference: boolean,
): void {
  [rows[i], rows[j]] = [
    moved(rows[j], rows[i], reproduceReference),
    moved(rows[i], rows[j], reproduceReference),
  ];
}

/** The row `from` moved to the place of `to`. The reference moves the first five columns only. */
function moved<Box extends ScoredBox>(from: Row<Box>, to: Row<Box>, reproduceReference: boolean): Row<Box> {
  const { topLeftScore, bottomRightScore } = reproduceReference ? to : from;
  return { ...from, topLeftScore, bottomRightScore };
}

function overlapOf(best: ScoredBox, other: ScoredBox): number {
  const width = Math.fround(side(Math.max(best.x1, other.x1), Math.min(best.x2, other.x2)));
  const height = Math.fround(side(Math.max(best.y1, other.y1), Math.min(best.y2, other.y2)));
  if (width <= 0 || height <= 0) return 0;
  const shared = Math.fround(width * height);
  const area = Math.fround(side(other.x1, other.x2) * side(other.y1, other.y2));
  const union = Math.fround(side(best.x1, best.x2) * side(best.y1, best.y2) + area - shared);
  return Math.fround(shared / union);
}

/** A length in pixels, with both end pixels included. */
function side(from: number, to: number): number {
  return Math.fround(to - from) + 1;
}

function weightOf(overlap: number, { method, overlap: threshold, sigma }: SoftNmsSettings): number {
  if (method === "gaussian") {
    return Math.fround(Math.exp(Math.fround(-Math.fround(overlap * overlap) / Math.fround(sigma))));
  }
  if (overlap <= Math.fround(threshold)) return 1;
  return method === "linear" ? Math.fround(1 - overlap) : 0;
}

/**
 * The weighted mean of a box and the boxes that it suppresses. The more a box is suppressed, the more it
 * counts. The top-left corner is weighted with the scores of top-left corners, the bottom-right one with
 * theirs.
 */
class MergedBox {
  private x1: number;
  private y1: number;
  private x2: number;
  private y2: number;
  private topLeftWeight: number;
  private bottomRightWeight: number;

  constructor(
    { x1, y1, x2, y2, topLeftScore, bottomRightScore }: ScoredBox,
    private readonly exponent: number,
  ) {
    this.x1 = Math.fround(x1 * topLeftScore);
    this.y1 = Math.fround(y1 * topLeftScore);
    this.x2 = Math.fround(x2 * bottomRightScore);
    this.y2 = Math.fround(y2 * bottomRightScore);
    this.topLeftWeight = topLeftScore;
    this.bottomRightWeight = bottomRightScore;
  }

  add({ x1, y1, x2, y2, topLeftScore, bottomRightScore }: ScoredBox, weight: number): void {
    const share = Math.fround(Math.fround(1 - weight) ** this.exponent);
    const added = (sum: number, value: number, score: number) => {
      return Math.fround(sum + Math.fround(Math.fround(value * score) * share));
    };
    this.x1 = added(this.x1, x1, topLeftScore);
    this.y1 = added(this.y1, y1, topLeftScore);
    this.x2 = added(this.x2, x2, bottomRightScore);
    this.y2 = added(this.y2, y2, bottomRightScore);
    this.topLeftWeight = Math.fround(this.topLeftWeight + Math.fround(topLeftScore * share));
    this.bottomRightWeight = Math.fround(this.bottomRightWeight + Math.fround(bottomRightScore * share));
  }

  box(): Pick<ScoredBox, "x1" | "y1" | "x2" | "y2"> {
    return {
      x1: Math.fround(this.x1 / this.topLeftWeight),
      y1: Math.fround(this.y1 / this.topLeftWeight),
      x2: Math.fround(this.x2 / this.bottomRightWeight),
      y2: Math.fround(this.y2 / this.bottomRightWeight),
    };
  }
}
