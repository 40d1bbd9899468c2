/** Truth and detections of one image, of all classes. */
import type { Arranged } from "../matching/arrange.ts";
import { boxFit } from "../matching/boxFit.ts";
import { KeypointFit } from "../matching/keypointFit.ts";
import { allRows, sortByKey, sortByScore } from "../matching/order.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";

/** Rows of the truth in the order of the file, and of detections by score. Those that do not count are left out. */
export interface ImageRows {
  /** The image's place among the sorted ids. */
  readonly image: number;
  readonly truth: Int32Array;
  readonly found: Int32Array;
}

/** The images that have truth or detections, by ascending id. */
export function* rowsByImage({ arranged, found, truth }: Outcomes): Generator<ImageRows> {
  const { imagePlace, annotations, results, parameters } = arranged;
  const images = parameters.imageIds.length;
  const grouped = (rows: Int32Array, outcome: Uint8Array, imageOf: Int32Array) =>
    sortByKey(rows, (row) => (outcome[row] === OUTCOME.uncounted ? -1 : imagePlace[imageOf[row]]), images);
  const ranked = sortByScore(allRows(results.found.count), results.found.scores);
  const founds = grouped(ranked, found, results.found.images);
  const truths = grouped(allRows(annotations.truth.count), truth, annotations.truth.images);
  let [d, g] = [0, 0];
  for (let image = 0; image < images; image++) {
    const [foundStart, truthStart] = [d, g];
    while (d < founds.length && imagePlace[results.found.images[founds[d]]] === image) d++;
    while (g < truths.length && imagePlace[annotations.truth.images[truths[g]]] === image) g++;
    if (d === foundStart && g === truthStart) continue;
    yield { image, truth: truths.subarray(truthStart, g), found: founds.subarray(foundStart, d) };
  }
}

/** IoU or OKS of a detection and a truth of any two classes; 0 if the truth has no keypoints to compare. */
export function fitOf({
  annotations,
  results,
  parameters,
}: Arranged): (found: number, truth: number) => number {
  const { truth } = annotations;
  const { boxes, points, pointCount } = results.found;
  if (parameters.type === "boxes") return (row, other) => boxFit(boxes, row, truth.boxes, other, false);
  const keypoints = new KeypointFit(parameters.sigmas);
  return (row, other) => {
    const theirs = truth.pointsOf(other);
    if (!theirs) return 0;
    const box = truth.boxes.subarray(4 * other, 4 * other + 4);
    return keypoints.of(points, 2 * pointCount * row, {
      points: theirs,
      box,
      area: truth.areas[other],
    });
  };
}

/** The place of each category of the annotations among those evaluated; 0 for all if classes are joined. */
export function categoryPlaces({ annotations, parameters }: Arranged): Int32Array {
  const places = new Int32Array(annotations.categories.length).fill(-1);
  parameters.categories.forEach((category, place) => {
    places[category] = parameters.classAgnostic ? 0 : place;
  });
  return places;
}

/** The names of the categories that are evaluated, in the order of `parameters.categoryIds`. */
export function categoryNames({ annotations, parameters }: Arranged): string[] {
  if (parameters.classAgnostic) return ["all classes"];
  return parameters.categories.map((category) => annotations.categories[category].name);
}
