/** The parts of a trace that several decodes share. Positions are in cells. */
import type { Box, Point } from "../detection.ts";
import type { Cell, KeypointEvidence } from "../explain/explanation.ts";
import { type GaussianCandidates, gaussianScore } from "./keypointScores.ts";
import type { Points } from "./keypoints.ts";
import type { Ranked } from "./peaks.ts";

export function cellAt(cell: number, width: number): Cell {
  return { x: cell % width, y: Math.floor(cell / width) };
}

export function pointAt({ y, x }: Points, index: number): Point {
  return { x: x[index], y: y[index] };
}

/** A pair (y, x) of a row as a point. */
export function vectorAt(rows: Float32Array, row: number): Point {
  return { x: rows[row * 2 + 1], y: rows[row * 2] };
}

/** A row (ymin, xmin, ymax, xmax). */
export function boxAt(boxes: Float32Array, row: number): Box {
  const [ymin, xmin, ymax, xmax] = boxes.subarray(row * 4, row * 4 + 4);
  return { xmin, ymin, xmax, ymax };
}

/** Cell, class, value and rank of a row of the best elements of a heatmap. */
export function rankedElement({ scores, indices }: Ranked, row: number, classes: number, width: number) {
  const element = indices[row];
  return {
    cell: cellAt(Math.floor(element / classes), width),
    classIndex: element % classes,
    value: scores[row],
    rank: row + 1,
    isPeak: scores[row] > 0,
  };
}

/** How a keypoint was chosen among all cells of the instance's box. `position` is that of the chosen cell. */
export function gaussianEvidence(
  candidates: GaussianCandidates,
  { instance, keypoint, cell, position }: ChosenCell,
): KeypointEvidence {
  const { heatmap, regressed } = candidates;
  const [, , width, keypoints] = heatmap.shape;
  const expected = pointAt(regressed, instance * keypoints + keypoint);
  const ranked = gaussianScore(candidates, cell, instance, keypoint);
  if (!(ranked > 0)) return { regressed: expected, outcome: "none" };
  const { x, y } = cellAt(cell, width);
  const value = heatmap.data[cell * keypoints + keypoint];
  const distance = Math.hypot(x - expected.x, y - expected.y);
  return {
    regressed: expected,
    outcome: "chosen",
    candidate: { ...position, cell: { x, y }, value, ranked, distance },
  };
}

interface ChosenCell {
  readonly instance: number;
  readonly keypoint: number;
  /** Flat. */
  readonly cell: number;
  readonly position: Point;
}
