/** Image by image: the truth and the detections of a category, and how well they fit. */
import { UsageError } from "../../errors.ts";
import { showId } from "../reading/ids.ts";
import type { Arranged } from "./arrange.ts";
import { boxFit } from "./boxFit.ts";
import type { Matching } from "./greedy.ts";
import { KeypointFit } from "./keypointFit.ts";

/** Ranges of `Arranged.byImage` and `Arranged.truth` that hold one image and category. */
export interface Pair {
  /** The image's place among the sorted ids. */
  image: number;
  foundStart: number;
  /** At most the last of `maxDetections`; those beyond do not count. */
  foundCount: number;
  /** All that were found. */
  foundTotal: number;
  truthStart: number;
  truthCount: number;
}

/** Calls `visit` for each image that has truth or detections of category `k`, by ascending id. The pair is reused. */
export function eachPair(arranged: Arranged, k: number, visit: (pair: Pair) => void): void {
  const { byImage, truth, foundStarts, truthStarts, imagePlace, annotations, results, parameters } = arranged;
  const most = parameters.maxDetections.at(-1) ?? 0;
  const { images: foundImages } = results.found;
  const { images: truthImages } = annotations.truth;
  const foundEnd = foundStarts[k + 1];
  const truthEnd = truthStarts[k + 1];
  let d = foundStarts[k];
  let g = truthStarts[k];
  const pair: Pair = { image: 0, foundStart: 0, foundCount: 0, foundTotal: 0, truthStart: 0, truthCount: 0 };
  while (d < foundEnd || g < truthEnd) {
    const foundImage = d < foundEnd ? imagePlace[foundImages[byImage[d]]] : Number.POSITIVE_INFINITY;
    const truthImage = g < truthEnd ? imagePlace[truthImages[truth[g]]] : Number.POSITIVE_INFINITY;
    const image = Math.min(foundImage, truthImage);
    pair.image = image;
    pair.foundStart = d;
    while (d < foundEnd && imagePlace[foundImages[byImage[d]]] === image) d++;
    pair.foundTotal = d - pair.foundStart;
    pair.foundCount = Math.min(pair.foundTotal, most);
    pair.truthStart = g;
    while (g < truthEnd && imagePlace[truthImages[truth[g]]] === image) g++;
    pair.truthCount = g - pair.truthStart;
    visit(pair);
  }
}

/** A gigabyte, with what grows ahead. */
const MAX_FITS = 2 ** 26;

/** Fills `fits`, `best` and `crowds` of a matching: IoU of boxes, OKS of keypoints. */
export class Fits {
  private readonly keypointFit: KeypointFit;

  constructor(private readonly arranged: Arranged) {
    this.keypointFit = new KeypointFit(arranged.parameters.sigmas);
  }

  /** @throws UsageError for truth without keypoints, if those are evaluated, and for more pairs than fit in memory. */
  fill(matching: Matching, pair: Pair): void {
    const { annotations, results, byImage, truth, parameters } = this.arranged;
    const { foundStart, foundCount, truthStart, truthCount } = pair;
    if (foundCount * truthCount > MAX_FITS) {
      const where = `image ${showId(parameters.imageIds[pair.image])}`;
      const expected = `at most ${MAX_FITS} pairs of a detection and a truth in one category`;
      throw new UsageError({
        where,
        expected,
        got: `${foundCount * truthCount}`,
        hint: "Lower the max detections.",
      });
    }
    matching.resize(foundCount, truthCount);
    const { fits, best, crowds } = matching;
    const isBoxes = parameters.type === "boxes";
    for (let g = 0; g < truthCount; g++) crowds[g] = annotations.truth.crowds[truth[truthStart + g]];
    for (let d = 0; d < foundCount; d++) {
      const row = byImage[foundStart + d];
      let most = 0;
      for (let g = 0; g < truthCount; g++) {
        const other = truth[truthStart + g];
        const fit = isBoxes
          ? boxFit(results.found.boxes, row, annotations.truth.boxes, other, crowds[g] === 1)
          : this.keypointsOf(row, other);
        fits[d * truthCount + g] = fit;
        // NaN, of boxes whose areas overflow, stays: pycocotools matches them at any threshold.
        most = Math.max(most, fit);
      }
      best[d] = most;
    }
  }

  private keypointsOf(row: number, other: number): number {
    const { annotations, results } = this.arranged;
    const { truth, name } = annotations;
    const theirs = truth.pointsOf(other);
    if (!theirs) {
      const where = `${name}: annotations[${truth.placeOf(other)}]`;
      throw new UsageError({ where, expected: "keypoints", got: "none" });
    }
    const { points, pointCount } = results.found;
    return this.keypointFit.of(points, 2 * pointCount * row, {
      points: theirs,
      box: truth.boxes.subarray(4 * other, 4 * other + 4),
      area: truth.areas[other],
    });
  }
}

/** Whether a truth is ignored by nature: crowds, and objects without a labelled keypoint. */
export function isIgnored({ annotations, parameters }: Arranged, row: number): boolean {
  const { crowds, unlabelled } = annotations.truth;
  return crowds[row] === 1 || (parameters.type === "keypoints" && unlabelled[row] === 1);
}
