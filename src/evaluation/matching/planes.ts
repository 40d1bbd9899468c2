/** What became of each detection of a category, for each area range and threshold. */
import type { AreaRange } from "../parameters.ts";
import type { Arranged } from "./arrange.ts";
import { Matching } from "./greedy.ts";
import { eachPair, Fits, isIgnored, type Pair } from "./pairs.ts";

/** A detection is false, true, or does not count. */
const FALSE = 0;
export const TRUE = 1;
export const IGNORED = 2;

/** Beyond so many bytes the area ranges are worked off one by one. */
const MAX_BYTES = 2 ** 26;

export interface Planes {
  /** [area][threshold][detection], the detections as in `byScore`: FALSE, TRUE or IGNORED. */
  readonly outcomes: Uint8Array;
  /** Of each detection its rank by score within its image, from 0. */
  readonly ranks: Int32Array;
  /** [area]: truths that count. */
  readonly truths: Int32Array;
}

/** Matches every image of a category; memory is reused from category to category. */
export class Planner {
  private readonly matching: Matching;
  private readonly fits: Fits;
  private outcomes = new Uint8Array(0);
  private ranks = new Int32Array(0);

  constructor(private readonly arranged: Arranged) {
    this.matching = new Matching(arranged.parameters.iouThresholds);
    this.fits = new Fits(arranged);
  }

  /** The area ranges of each turn: all at once if that takes little memory. */
  turns(k: number): readonly (readonly number[])[] {
    const { parameters, foundStarts } = this.arranged;
    const all = [...parameters.areas.keys()];
    const perArea = (foundStarts[k + 1] - foundStarts[k]) * parameters.iouThresholds.length;
    return perArea * all.length <= MAX_BYTES ? [all] : all.map((area) => [area]);
  }

  run(k: number, areas: readonly number[]): Planes {
    const { parameters, foundStarts } = this.arranged;
    const count = foundStarts[k + 1] - foundStarts[k];
    const size = areas.length * parameters.iouThresholds.length * count;
    if (this.outcomes.length < size) this.outcomes = new Uint8Array(size);
    if (this.ranks.length < count) this.ranks = new Int32Array(count);
    const planes = { outcomes: this.outcomes, ranks: this.ranks, truths: new Int32Array(areas.length) };
    eachPair(this.arranged, k, (pair) => this.pair(pair, k, areas, planes));
    return planes;
  }

  private pair(pair: Pair, k: number, areas: readonly number[], { outcomes, ranks, truths }: Planes): void {
    const { arranged, matching } = this;
    const { parameters, annotations, results, byImage, slots, foundStarts, truth } = arranged;
    const { foundStart, foundCount, foundTotal, truthStart, truthCount } = pair;
    const first = foundStarts[k];
    const count = foundStarts[k + 1] - first;
    const thresholds = parameters.iouThresholds.length;
    for (let d = 0; d < foundTotal; d++) ranks[slots[byImage[foundStart + d]] - first] = d;
    const isMatched = truthCount > 0 && foundCount > 0;
    if (isMatched) this.fits.fill(matching, pair);
    else matching.resize(foundCount, truthCount);
    const { ignored, truthOf } = matching;
    for (let a = 0; a < areas.length; a++) {
      const range = parameters.areas[areas[a]];
      for (let g = 0; g < truthCount; g++) {
        const row = truth[truthStart + g];
        const isOut = isIgnored(arranged, row) || isOutside(annotations.truth.areas[row], range);
        ignored[g] = isOut ? 1 : 0;
        if (!isOut) truths[a]++;
      }
      if (isMatched) matching.run();
      for (let d = 0; d < foundCount; d++) {
        const row = byImage[foundStart + d];
        const alone = isOutside(results.found.areas[row], range) ? IGNORED : FALSE;
        let at = a * thresholds * count + slots[row] - first;
        for (let t = 0; t < thresholds; t++, at += count) {
          const match = isMatched ? truthOf[t * foundCount + d] : -1;
          outcomes[at] = match < 0 ? alone : ignored[match] ? IGNORED : TRUE;
        }
      }
    }
  }
}

/** Both ends belong to the range. */
export function isOutside(area: number, { min, max }: AreaRange): boolean {
  return area < min || area > max;
}
