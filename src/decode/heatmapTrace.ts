import type { Cell } from "../explain/explanation.ts";
import type { CellValue } from "../explain/why.ts";
import type { Tensor } from "../tensor.ts";
import { isPeak, largestInWindow, PEAK_TOLERANCE, topK } from "./peaks.ts";

/** How a decode searches a heatmap, element by element: (y · width + x) · channels + channel. */
export interface PeakSearch {
  /** [1, h, w, channels], probabilities. */
  readonly heatmap: Tensor;
  /** Whether an element is a peak: the condition that the decode itself tests. */
  readonly isPeak: (element: number) => boolean;
  /** The element that keeps this one from being a peak. */
  readonly larger: (element: number) => number;
  /** How many peaks are used: the best ones. */
  readonly limit: number;
  /** Side of the window in which a peak is the largest value. Absent if every cell competes. */
  readonly window?: number;
  /** Shape [h, w]. Values are ranked times these. Default: 1. */
  readonly weights?: Float32Array;
}

/** The search of `topPeaks`. */
export function windowSearch(
  heatmap: Tensor,
  limit: number,
  kernel: number,
  tolerance = PEAK_TOLERANCE,
): PeakSearch {
  return {
    heatmap,
    limit,
    ...(kernel > 1 && { window: kernel }),
    isPeak: (element) => isPeak(heatmap, element, kernel, tolerance),
    larger: (element) => largestInWindow(heatmap, element, kernel),
  };
}

/** The cell nearest to a cell that has this value. The value is the maximum of some window around it. */
export function nearestWith({ shape: [, height, width], data }: Tensor, cell: number, value: number): number {
  const [x, y] = [cell % width, Math.floor(cell / width)];
  for (let ring = 1; ring < Math.max(height, width); ring++) {
    for (let row = Math.max(y - ring, 0); row <= Math.min(y + ring, height - 1); row++) {
      for (let column = Math.max(x - ring, 0); column <= Math.min(x + ring, width - 1); column++) {
        if (data[row * width + column] === value) return row * width + column;
      }
    }
  }
  return cell;
}

/**
 * The trace of a search for peaks. A decode fills in the one that it is given; without it nothing is recorded.
 * It keeps the heatmap, to answer for any of its cells.
 */
export class HeatmapTrace {
  private search?: PeakSearch;
  /** All peaks above 0, in the heatmap's order. */
  private found: number[] = [];
  private values: Float32Array = new Float32Array(0);

  /** Called by the decode. */
  searched(search: PeakSearch): void {
    const { heatmap, weights, isPeak } = search;
    const channels = heatmap.shape[3];
    this.search = search;
    this.values = weights
      ? heatmap.data.map((value, element) => value * weights[Math.floor(element / channels)])
      : heatmap.data;
    this.found = [];
    this.values.forEach((value, element) => {
      if (value > 0 && isPeak(element)) this.found.push(element);
    });
  }

  /** How many peaks there are. */
  get peaks(): number {
    return this.found.length;
  }

  /** How many of them are used. */
  get limit(): number {
    return this.filled.limit;
  }

  /** Side of the window in which a peak is the largest value. Undefined if every cell competes. */
  get window(): number | undefined {
    return this.filled.window;
  }

  /** Size of the heatmap in cells, and its channels. */
  get size(): { readonly height: number; readonly width: number; readonly classes: number } {
    const [, height, width, classes] = this.filled.heatmap.shape;
    return { height, width, classes };
  }

  /** What the search says of a cell and class. */
  valueAt({ x, y }: Cell, classIndex: number): CellValue {
    const { heatmap, limit, isPeak, larger, weights } = this.filled;
    const [, , width, channels] = heatmap.shape;
    const cell = y * width + x;
    const element = cell * channels + classIndex;
    const value = heatmap.data[element];
    const peak = value > 0 && isPeak(element);
    const lowest = this.lowest(limit);
    return {
      cell: { x, y },
      classIndex,
      value,
      ...(weights && { weight: weights[cell] }),
      isPeak: peak,
      ...(!peak && value > 0 && { larger: this.placed(larger(element)) }),
      ...(peak && { rank: this.rankOf(element) }),
      peaks: this.peaks,
      limit,
      ...(lowest !== undefined && { lowest }),
    };
  }

  /** The class of these (default: of all) that has the largest value at a cell; of equal ones the first. */
  bestClassAt({ x, y }: Cell, classes?: readonly number[]): number {
    const { data, shape } = this.filled.heatmap;
    const first = (y * shape[2] + x) * shape[3];
    const among = classes ?? Array.from({ length: shape[3] }, (_, channel) => channel);
    return among.reduce((best, channel) => (data[first + channel] > data[first + best] ? channel : best));
  }

  private get filled(): PeakSearch {
    if (!this.search) throw new Error("this trace was not given to a decode");
    return this.search;
  }

  private rankOf(element: number): number {
    const own = this.values[element];
    const leads = (other: number) =>
      this.values[other] > own || (this.values[other] === own && other < element);
    return 1 + this.found.filter(leads).length;
  }

  /** The value of the last peak that is used. */
  private lowest(limit: number): number | undefined {
    const values = Float32Array.from(this.found, (element) => this.values[element]);
    return topK(values, limit).scores.at(-1);
  }

  private placed(element: number): { cell: Cell; value: number } {
    const { heatmap } = this.filled;
    const [, , width, channels] = heatmap.shape;
    const cell = Math.floor(element / channels);
    return { cell: { x: cell % width, y: Math.floor(cell / width) }, value: heatmap.data[element] };
  }
}
