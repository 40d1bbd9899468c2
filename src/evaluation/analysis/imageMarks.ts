/** Truth and detections of one image with what became of them, to be drawn. */

import { rowsByImage } from "./byImage.ts";
import { OUTCOME, type Outcomes } from "./outcomes.ts";
import { isFound } from "./worstImages.ts";

/** `missed` and `wrong` are what to look at: a truth that nothing found, a detection that is false. */
export type MarkState = "right" | "missed" | "wrong" | "ignored";

export interface ImageMark {
  readonly label: string;
  readonly state: MarkState;
  /** x, y, width and height in pixels. */
  readonly box: readonly number[];
  /** Of detections. */
  readonly score?: number;
  /** x and y of each keypoint; of truth only of those labelled, the others are undefined. */
  readonly keypoints?: readonly (readonly [x: number, y: number] | undefined)[];
}

export interface ImageMarks {
  /** In the order of the file. */
  readonly truth: readonly ImageMark[];
  /** By score. */
  readonly found: readonly ImageMark[];
}

/** The marks of these images (positions in the annotations), of detections that score at least `score`. */
export function imageMarks(
  outcomes: Outcomes,
  images: Iterable<number>,
  score: number,
): Map<number, ImageMarks> {
  const wanted = new Set(images);
  const marks = new Map<number, ImageMarks>();
  const { parameters, results } = outcomes.arranged;
  for (const rows of rowsByImage(outcomes)) {
    const image = parameters.images[rows.image];
    if (!wanted.has(image)) continue;
    const scored = [...rows.found].filter((row) => results.found.scores[row] >= score);
    marks.set(image, {
      truth: Array.from(rows.truth, (row) => truthMark(outcomes, row, score)),
      found: scored.map((row) => foundMark(outcomes, row)),
    });
  }
  return marks;
}

function truthMark(outcomes: Outcomes, row: number, score: number): ImageMark {
  const { annotations } = outcomes.arranged;
  const { truth, categories } = annotations;
  const found = isFound(outcomes, row, score) ? "right" : "missed";
  const points = truth.pointsOf(row);
  return {
    label: categories[truth.categories[row]].name,
    state: outcomes.truth[row] === OUTCOME.ignored ? "ignored" : found,
    box: [...truth.boxes.subarray(4 * row, 4 * row + 4)],
    keypoints:
      points &&
      Array.from({ length: points.length / 3 }, (_, i) =>
        points[3 * i + 2] > 0 ? ([points[3 * i], points[3 * i + 1]] as const) : undefined,
      ),
  };
}

function foundMark(outcomes: Outcomes, row: number): ImageMark {
  const { annotations, results } = outcomes.arranged;
  const { found } = results;
  const outcome = outcomes.found[row];
  const { points, pointCount } = found;
  return {
    label: annotations.categories[found.categories[row]].name,
    state: outcome === OUTCOME.true ? "right" : outcome === OUTCOME.false ? "wrong" : "ignored",
    box: [...found.boxes.subarray(4 * row, 4 * row + 4)],
    score: found.scores[row],
    ...(pointCount > 0 && {
      keypoints: Array.from({ length: pointCount }, (_, i) => {
        const at = 2 * (pointCount * row + i);
        return [points[at], points[at + 1]] as const;
      }),
    }),
  };
}
