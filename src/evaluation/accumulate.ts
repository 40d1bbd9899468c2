/** From matches to precision and recall: the arrays of pycocotools, bit for bit. */
import type { Arranged } from "./matching/arrange.ts";
import { IGNORED, type Planes, Planner, TRUE } from "./matching/planes.ts";

export interface PrecisionRecall {
  /** Precision at each recall point, [T, R, K, A, M]: thresholds, recall points, categories, areas, limits. -1 where there is no truth. */
  readonly precision: Float64Array;
  /** The highest recall, [T, K, A, M]. -1 where there is no truth. */
  readonly recall: Float64Array;
  /** The score at each recall point, [T, R, K, A, M]; 0 beyond the highest recall. */
  readonly scores: Float64Array;
}

/** Keeps the quotient of no detections defined. It shows where one counts: 1 / (1 + 2^-52) = 0.9999999999999998. */
const EPSILON = 2 ** -52;

export function accumulate(arranged: Arranged): PrecisionRecall {
  const { parameters } = arranged;
  const { iouThresholds, recallThresholds, categoryIds, areas, maxDetections } = parameters;
  const [T, R, K] = [iouThresholds.length, recallThresholds.length, categoryIds.length];
  const [A, M] = [areas.length, maxDetections.length];
  const result = {
    precision: new Float64Array(T * R * K * A * M).fill(-1),
    recall: new Float64Array(T * K * A * M).fill(-1),
    scores: new Float64Array(T * R * K * A * M).fill(-1),
  };
  const planner = new Planner(arranged);
  const curve = new Curve(arranged, result);
  for (let k = 0; k < K; k++) {
    for (const turn of planner.turns(k)) {
      const planes = planner.run(k, turn);
      for (let m = 0; m < M; m++) curve.write(k, turn, m, planes);
    }
  }
  return result;
}

/** Walks down the scores of a category. */
class Curve {
  /** Places of detections within the limit. */
  private listed = new Int32Array(0);
  /** Of each true detection: the precision there, and its place. */
  private precisions = new Float64Array(0);
  private places = new Int32Array(0);

  constructor(
    private readonly arranged: Arranged,
    private readonly result: PrecisionRecall,
  ) {}

  write(k: number, areas: readonly number[], m: number, { outcomes, ranks, truths }: Planes): void {
    const { parameters, foundStarts } = this.arranged;
    const count = foundStarts[k + 1] - foundStarts[k];
    this.resize(count);
    const { listed } = this;
    const limit = parameters.maxDetections[m];
    let within = 0;
    for (let i = 0; i < count; i++) if (ranks[i] < limit) listed[within++] = i;
    const thresholds = parameters.iouThresholds.length;
    for (let a = 0; a < areas.length; a++) {
      const truthCount = truths[a];
      if (truthCount === 0) continue;
      const needed = this.neededTruths(truthCount);
      for (let t = 0; t < thresholds; t++) {
        const plane = outcomes.subarray((a * thresholds + t) * count, (a * thresholds + t + 1) * count);
        const found = this.walk(plane, within);
        this.store({ t, k, a: areas[a], m }, { found, truthCount, needed, within });
      }
    }
  }

  private resize(count: number): void {
    if (this.listed.length >= count) return;
    this.listed = new Int32Array(count);
    this.precisions = new Float64Array(count);
    this.places = new Int32Array(count);
  }

  /**
   * How many true detections reach each recall point; 0 if none is needed. Only at true detections does recall grow and
   * can precision be the highest of all that follow, so nothing else has to be looked at.
   */
  private neededTruths(truthCount: number): Int32Array {
    return Int32Array.from(this.arranged.parameters.recallThresholds, (point) => {
      if (point <= 0) return 0;
      let needed = Math.max(1, Math.min(truthCount + 1, Math.ceil(point * truthCount)));
      while (needed > 1 && (needed - 1) / truthCount >= point) needed--;
      while (needed <= truthCount && needed / truthCount < point) needed++;
      return needed;
    });
  }

  /** The number of true detections; fills their precisions, made monotone from the right. */
  private walk(plane: Uint8Array, within: number): number {
    const { listed, precisions, places } = this;
    let right = 0;
    let wrong = 0;
    for (let n = 0; n < within; n++) {
      const outcome = plane[listed[n]];
      if (outcome === TRUE) {
        places[right] = listed[n];
        right++;
        precisions[right - 1] = right / (wrong + right + EPSILON);
      } else if (outcome !== IGNORED) wrong++;
    }
    for (let i = right - 1; i > 0; i--) {
      if (precisions[i - 1] < precisions[i]) precisions[i - 1] = precisions[i];
    }
    return right;
  }

  private store(
    { t, k, a, m }: { t: number; k: number; a: number; m: number },
    {
      found,
      truthCount,
      needed,
      within,
    }: { found: number; truthCount: number; needed: Int32Array; within: number },
  ): void {
    const { arranged, result, precisions, places, listed } = this;
    const { parameters, byScore, foundStarts, results } = arranged;
    const [K, A, M] = [
      parameters.categoryIds.length,
      parameters.areas.length,
      parameters.maxDetections.length,
    ];
    const R = parameters.recallThresholds.length;
    const { scores } = results.found;
    const scoreAt = (place: number) => scores[byScore[foundStarts[k] + place]];
    result.recall[((t * K + k) * A + a) * M + m] = found / truthCount;
    for (let r = 0; r < R; r++) {
      const at = (((t * R + r) * K + k) * A + a) * M + m;
      const need = needed[r];
      const isReached = need <= found && within > 0;
      result.precision[at] = isReached && found > 0 ? precisions[Math.max(0, need - 1)] : 0;
      result.scores[at] = isReached ? scoreAt(need === 0 ? listed[0] : places[need - 1]) : 0;
    }
  }
}
