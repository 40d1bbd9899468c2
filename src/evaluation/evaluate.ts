/** COCO evaluation of boxes and keypoints, equal to pycocotools 2.0.11 in every bit. */

import { counted } from "../support/counted.ts";
import { accumulate, type PrecisionRecall } from "./accumulate.ts";
import { type Arranged, arrange } from "./matching/arrange.ts";
import { type ImageMatches, matchesIn } from "./matching/imageMatches.ts";
import { isIgnored } from "./matching/pairs.ts";
import { type EvaluationOptions, type EvaluationParameters, evaluationParameters } from "./parameters.ts";
import type { Annotations } from "./reading/annotations.ts";
import type { Results } from "./reading/results.ts";
import { firstLimit, ownAreaRows, type Row, rowsOf } from "./rows.ts";

export interface CategoryRows {
  readonly id: number;
  readonly name: string;
  /** Annotations, crowds among them, and detections. */
  readonly truths: number;
  readonly found: number;
  readonly rows: readonly Row[];
}

/** Precision [T, R, K, A, M] and what follows from it. */
export interface Evaluation extends PrecisionRecall {
  readonly parameters: EvaluationParameters;
  /** pycocotools' 12 rows for boxes, 10 for keypoints. */
  readonly rows: readonly Row[];
  /** Precision and recall of areas with labels of their own, which pycocotools computes and does not print. */
  readonly ownAreaRows: readonly Row[];
  readonly categories: readonly CategoryRows[];
  /** What was repaired or left out, a line each. */
  readonly notes: readonly string[];
  /** What was compared, for what asks why. */
  readonly arranged: Arranged;
  /** Who matched whom: places in `parameters.categoryIds`, `areas` and `imageIds`. */
  matches(category: number, area: number, image: number): ImageMatches;
}

/**
 * Compares detections with the truth. Images, categories and results may be in any order: rows, arrays and matches are
 * those of pycocotools, and the same for any order of images.
 *
 *     const annotations = annotationsOf(JSON.parse(text));
 *     const { rows } = evaluate(annotations, resultsOf(found, annotations));
 *
 * @throws UsageError for options or annotations that cannot be evaluated.
 */
export function evaluate(
  annotations: Annotations,
  results: Results,
  options: EvaluationOptions = {},
): Evaluation {
  const parameters = evaluationParameters(annotations, results.type, options);
  const arranged = arrange(annotations, results, parameters);
  const arrays = accumulate(arranged);
  const { truthStarts, foundStarts } = arranged;
  const names = new Map(annotations.categories.map(({ id, name }) => [id, name]));
  const categories = parameters.categoryIds.map((id, k) => ({
    id,
    name: names.get(id) ?? "all classes",
    truths: truthStarts[k + 1] - truthStarts[k],
    found: foundStarts[k + 1] - foundStarts[k],
    rows: rowsOf(arrays, parameters, k),
  }));
  return {
    ...arrays,
    parameters,
    rows: rowsOf(arrays, parameters),
    ownAreaRows: ownAreaRows(arrays, parameters),
    categories,
    notes: [...annotations.notes, ...results.notes, ...notesOf(arranged)],
    arranged,
    matches: (category, area, image) => matchesIn(arranged, category, area, image),
  };
}

function notesOf(arranged: Arranged): string[] {
  const { parameters, byImage, results, foundStarts } = arranged;
  const notes: string[] = [];
  const { limit, isUsual } = firstLimit(parameters);
  if (!isUsual) {
    const usual = parameters.type === "boxes" ? "100: the first row is" : "20: all rows are";
    notes.push(`max detections without ${usual} at ${limit} (pycocotools prints -1)`);
  }
  if (!parameters.areas.some(({ label }) => label === "all")) {
    notes.push("areas without all: the rows over all areas are -1, as in pycocotools");
  }
  notes.push(...withoutTruth(arranged));
  const last = parameters.maxDetections.at(-1) ?? 0;
  let beyond = 0;
  for (let k = 0; k < parameters.categoryIds.length; k++) {
    for (let i = foundStarts[k] + last; i < foundStarts[k + 1]; i++) {
      // Ranked within the image: this one is beyond the limit if the one `last` places before is of the same image.
      if (results.found.images[byImage[i]] === results.found.images[byImage[i - last]]) beyond++;
    }
  }
  if (beyond > 0) {
    notes.push(
      `${counted(beyond, "result")} beyond the best ${last} of an image and category: not counted (max detections)`,
    );
  }
  const { lines } = results;
  const without = lines ? parameters.images.filter((image) => !lines.has(image)).length : 0;
  if (without > 0) notes.push(`${counted(without, "image")} without a line: evaluated as without detections`);
  if (results.found.count === 0) {
    const left = results.notes.length > 0 ? "no results are left" : "no results";
    notes.push(`${left}: everything is missed`);
  } else if (!lines) notes.push(...fewImages(arranged));
  return notes;
}

/** Why every row is -1, if none of the truth counts. */
function withoutTruth(arranged: Arranged): string[] {
  const { truth, parameters } = arranged;
  if (truth.length === 0) return ["no annotations of these images and categories: every row is -1"];
  if (truth.some((row) => !isIgnored(arranged, row))) return [];
  const which = parameters.type === "boxes" ? "a crowd" : "a crowd or without labeled keypoints";
  return [`every annotation is ${which}: every row is -1`];
}

/** Whoever detected on some of the images only would take the rows for too low. */
function fewImages({ parameters, results, imagePlace }: Arranged): string[] {
  const all = parameters.images.length;
  const seen = new Set<number>();
  for (let row = 0; row < results.found.count; row++) {
    const place = imagePlace[results.found.images[row]];
    if (place >= 0) seen.add(place);
  }
  if (2 * seen.size >= all) return [];
  return [`results of only ${seen.size} of ${counted(all, "image")}: the others count as without detections`];
}
