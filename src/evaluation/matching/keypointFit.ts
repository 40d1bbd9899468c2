import { pairwiseSum } from "../pairwiseSum.ts";

/** What keypoints of the truth need for their fit. */
export interface TrueKeypoints {
  /** x, y, v of each keypoint. */
  readonly points: ArrayLike<number>;
  readonly box: ArrayLike<number>;
  readonly area: number;
}

/** The spacing of numbers above 1: keeps quotients defined. */
const EPSILON = 2 ** -52;

/** Object keypoint similarity: how near the keypoints are, from 0 to 1, each by its own sigma and the object's area. */
export class KeypointFit {
  private readonly variances: readonly number[];
  private readonly terms: Float64Array;

  constructor(sigmas: readonly number[]) {
    this.variances = sigmas.map((sigma) => 2 * sigma * (2 * sigma));
    this.terms = new Float64Array(sigmas.length);
  }

  /** `found` holds x and y of each keypoint from `start`. */
  of(found: Float64Array, start: number, { points, box, area }: TrueKeypoints): number {
    const { variances, terms } = this;
    const count = variances.length;
    let labelled = 0;
    for (let i = 0; i < count; i++) if (points[3 * i + 2] > 0) labelled++;
    let used = 0;
    for (let i = 0; i < count; i++) {
      const x = found[start + 2 * i];
      const y = found[start + 2 * i + 1];
      let dx: number;
      let dy: number;
      if (labelled > 0) {
        if (!(points[3 * i + 2] > 0)) continue;
        dx = x - points[3 * i];
        dy = y - points[3 * i + 1];
      } else {
        // Without labels: how far outside of the box at twice its size.
        dx = outside(x, box[0], box[2]);
        dy = outside(y, box[1], box[3]);
      }
      const e = (dx * dx + dy * dy) / variances[i] / (area + EPSILON) / 2;
      terms[used++] = Math.exp(-e);
    }
    return pairwiseSum(terms, 0, used) / used;
  }
}

function outside(value: number, min: number, side: number): number {
  return Math.max(0, min - side - value) + Math.max(0, value - (min + 2 * side));
}
