/** Which rows belong together: truth and detections by category and image. */

import type { EvaluationParameters } from "../parameters.ts";
import type { Annotations } from "../reading/annotations.ts";
import type { Results } from "../reading/results.ts";
import { allRows, sortByKey, sortByScore } from "./order.ts";

/** Everything that an evaluation compares. */
export interface Arranged {
  readonly parameters: EvaluationParameters;
  readonly annotations: Annotations;
  readonly results: Results;
  /** Of each image of the annotations: its place among the parameters' sorted ids, or -1. */
  readonly imagePlace: Int32Array;
  /** Rows of the truth by category, image, and place in the file. */
  readonly truth: Int32Array;
  /** Rows of detections by category, score (highest first), image, and place in the file. */
  readonly byScore: Int32Array;
  /** Rows of detections by category, image, score and place in the file. */
  readonly byImage: Int32Array;
  /** Where each category begins, [K + 1], in `truth`. */
  readonly truthStarts: Int32Array;
  /** Where each category begins, [K + 1], in `byScore` and `byImage`. */
  readonly foundStarts: Int32Array;
  /** Of each row of detections, its place in `byScore`, or -1. */
  readonly slots: Int32Array;
}

export function arrange(
  annotations: Annotations,
  results: Results,
  parameters: EvaluationParameters,
): Arranged {
  const { categoryIds, classAgnostic } = parameters;
  const imagePlace = placesOf(parameters.images, annotations.images.length);
  const categoryPlace = placesOf(parameters.categories, annotations.categories.length);
  const [I, C, K] = [parameters.images.length, parameters.categories.length, categoryIds.length];
  const { truth, found } = { truth: annotations.truth, found: results.found };
  const isChosen = (image: number, category: number) =>
    imagePlace[image] >= 0 && categoryPlace[category] >= 0;
  const joined = (rows: Int32Array, images: Int32Array, categories: Int32Array) => {
    // Joined categories follow one another within each image.
    return sortByKey(
      rows,
      (row) => (isChosen(images[row], categories[row]) ? categoryPlace[categories[row]] : -1),
      C,
    );
  };
  const classOf = (categories: Int32Array) => (row: number) =>
    classAgnostic ? 0 : categoryPlace[categories[row]];

  const truths = joined(allRows(truth.count), truth.images, truth.categories);
  const truthByImage = sortByKey(truths, (row) => imagePlace[truth.images[row]], I);
  const truthRows = sortByKey(truthByImage, classOf(truth.categories), K);

  const founds = joined(allRows(found.count), found.images, found.categories);
  const imageOf = (row: number) => imagePlace[found.images[row]];
  const ranked = sortByScore(sortByKey(founds, imageOf, I), found.scores);
  const byScore = sortByKey(ranked, classOf(found.categories), K);
  const byImage = sortByKey(sortByKey(ranked, imageOf, I), classOf(found.categories), K);
  const slots = new Int32Array(found.count).fill(-1);
  for (let slot = 0; slot < byScore.length; slot++) slots[byScore[slot]] = slot;
  return {
    parameters,
    annotations,
    results,
    imagePlace,
    truth: truthRows,
    byScore,
    byImage,
    truthStarts: startsOf(truthRows, classOf(truth.categories), K),
    foundStarts: startsOf(byScore, classOf(found.categories), K),
    slots,
  };
}

function placesOf(chosen: readonly number[], count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  for (let place = 0; place < chosen.length; place++) places[chosen[place]] = place;
  return places;
}

function startsOf(rows: Int32Array, keyOf: (row: number) => number, count: number): Int32Array {
  const starts = new Int32Array(count + 1);
  for (const row of rows) starts[keyOf(row) + 1]++;
  for (let key = 0; key < count; key++) starts[key + 1] += starts[key];
  return starts;
}
