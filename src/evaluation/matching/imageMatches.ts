import type { Arranged } from "./arrange.ts";
import { Matching } from "./greedy.ts";
import { eachPair, Fits, isIgnored } from "./pairs.ts";
import { isOutside } from "./planes.ts";

/** Who matched whom in one image, category and area range. Rows are those of the results and of the annotations. */
export interface ImageMatches {
  /** By score. */
  readonly found: Int32Array;
  /** In the order of matching: those that count first. */
  readonly truth: Int32Array;
  /** Of each of `truth`: whether it does not count. */
  readonly truthIgnored: Uint8Array;
  /** IoU or OKS, [found][truth in the order of the file]. */
  readonly fits: Float64Array;
  /** [threshold][found]: the truth's row, or -1. */
  readonly truthOf: Int32Array;
  /** [threshold][truth]: the detection's row, or -1. */
  readonly foundOf: Int32Array;
  /** [threshold][found]: whether it does not count. */
  readonly foundIgnored: Uint8Array;
}

export function matchesIn(arranged: Arranged, k: number, area: number, image: number): ImageMatches {
  const { parameters, byImage, truth, annotations, results } = arranged;
  const T = parameters.iouThresholds.length;
  const range = parameters.areas[area];
  const matching = new Matching(parameters.iouThresholds);
  let matches: ImageMatches | undefined;
  eachPair(arranged, k, (pair) => {
    if (pair.image !== image) return;
    const { foundStart, foundCount: D, truthStart, truthCount: G } = pair;
    new Fits(arranged).fill(matching, pair);
    const { ignored } = matching;
    for (let g = 0; g < G; g++) {
      const row = truth[truthStart + g];
      ignored[g] = isIgnored(arranged, row) || isOutside(annotations.truth.areas[row], range) ? 1 : 0;
    }
    matching.run();
    const order = Int32Array.from(matching.truthOrder());
    const { truthOf, foundOf } = matching;
    const rowOf = (g: number) => (g < 0 ? -1 : truth[truthStart + g]);
    const foundRow = (d: number) => (d < 0 ? -1 : byImage[foundStart + d]);
    matches = {
      found: byImage.slice(foundStart, foundStart + D),
      truth: order.map(rowOf),
      truthIgnored: Uint8Array.from(order, (g) => ignored[g]),
      fits: matching.fits.slice(0, D * G),
      truthOf: truthOf.slice(0, T * D).map(rowOf),
      foundOf: Int32Array.from({ length: T * G }, (_, i) => foundRow(foundOf[i - (i % G) + order[i % G]])),
      foundIgnored: Uint8Array.from({ length: T * D }, (_, i) => {
        const match = truthOf[i];
        if (match >= 0) return ignored[match];
        return isOutside(results.found.areas[foundRow(i % D)], range) ? 1 : 0;
      }),
    };
  });
  return matches ?? NO_MATCHES;
}

const NO_MATCHES: ImageMatches = {
  found: new Int32Array(0),
  truth: new Int32Array(0),
  truthIgnored: new Uint8Array(0),
  fits: new Float64Array(0),
  truthOf: new Int32Array(0),
  foundOf: new Int32Array(0),
  foundIgnored: new Uint8Array(0),
};
