/** What became of every detection and every truth at one IoU threshold, all areas and classes: the ground of all that asks why. */
import type { Evaluation } from "../evaluate.ts";
import type { Arranged } from "../matching/arrange.ts";
import { Matching } from "../matching/greedy.ts";
import { eachPair, Fits, isIgnored } from "../matching/pairs.ts";
import { isOutside } from "../matching/planes.ts";
import type { AreaRange } from "../parameters.ts";

/** A detection is false, true, or ignored as pycocotools ignores it; the others are beyond the limit or not evaluated. */
export const OUTCOME = { false: 0, true: 1, ignored: 2, uncounted: 3 } as const;

/** Rows are those of `results.found` and of `annotations.truth`. */
export interface Outcomes {
  readonly arranged: Arranged;
  /** IoU, or OKS of keypoints. */
  readonly iouThreshold: number;
  /** Of each detection: a number of `OUTCOME`. */
  readonly found: Uint8Array;
  /** Of each truth: `OUTCOME.true` if it was found, `false` if not, `ignored` (a crowd), or `uncounted`. */
  readonly truth: Uint8Array;
  /** Of each detection: the truth that it took, or -1. */
  readonly truthOf: Int32Array;
  /** Of each truth: the detection that took it, or -1. */
  readonly foundOf: Int32Array;
}

export const DEFAULT_IOU = 0.5;
/** All that pycocotools counts as "all". */
const ALL: AreaRange = { label: "all", min: 0, max: 1e10 };

/** Matches all detections at one threshold, as for the row of AP at that threshold. */
export function outcomesAt({ arranged: whole }: Evaluation, iouThreshold = DEFAULT_IOU): Outcomes {
  const parameters = { ...whole.parameters, iouThresholds: [iouThreshold], areas: [ALL] };
  const arranged: Arranged = { ...whole, parameters };
  const { annotations, results, byImage, truth: truthRows } = arranged;
  const outcomes = {
    arranged,
    iouThreshold,
    found: new Uint8Array(results.found.count).fill(OUTCOME.uncounted),
    truth: new Uint8Array(annotations.truth.count).fill(OUTCOME.uncounted),
    truthOf: new Int32Array(results.found.count).fill(-1),
    foundOf: new Int32Array(annotations.truth.count).fill(-1),
  };
  const { found, truth, truthOf, foundOf } = outcomes;
  const matching = new Matching(parameters.iouThresholds);
  const fits = new Fits(arranged);
  for (let k = 0; k < parameters.categoryIds.length; k++) {
    eachPair(arranged, k, ({ foundStart, foundCount, truthStart, truthCount }) => {
      fits.fill(matching, { image: 0, foundStart, foundCount, foundTotal: 0, truthStart, truthCount });
      const { ignored } = matching;
      for (let g = 0; g < truthCount; g++) {
        const row = truthRows[truthStart + g];
        ignored[g] = isIgnored(arranged, row) || isOutside(annotations.truth.areas[row], ALL) ? 1 : 0;
      }
      matching.run();
      for (let g = 0; g < truthCount; g++) {
        const row = truthRows[truthStart + g];
        const taker = matching.foundOf[g];
        if (taker >= 0) foundOf[row] = byImage[foundStart + taker];
        truth[row] = ignored[g] ? OUTCOME.ignored : taker >= 0 ? OUTCOME.true : OUTCOME.false;
      }
      for (let d = 0; d < foundCount; d++) {
        const row = byImage[foundStart + d];
        const match = matching.truthOf[d];
        if (match >= 0) truthOf[row] = truthRows[truthStart + match];
        const isIgnoredHere = match < 0 ? isOutside(results.found.areas[row], ALL) : ignored[match] === 1;
        found[row] = isIgnoredHere ? OUTCOME.ignored : match < 0 ? OUTCOME.false : OUTCOME.true;
      }
    });
  }
  return outcomes;
}
