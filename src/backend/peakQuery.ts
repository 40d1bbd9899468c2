/**
 * What a decode that needs no whole maps asks of a network, and gets: finds by name. A backend may work them out
 * on its device.
 */
export type PeakQuery = Readonly<Record<string, TopPeaksQuery | BestCellsQuery>>;

/** One for peaks alone. */
export type TopPeaksQueries = Readonly<Record<string, TopPeaksQuery>>;

/** The best peaks of a heatmap, and what other maps hold there. */
export interface TopPeaksQuery {
  /** An output; it holds probabilities. */
  readonly heatmap: string;
  /** Whether the best of all channels together are wanted, or those of each channel by itself. */
  readonly among: "all channels" | "each channel";
  /** The best of them, at most so many. */
  readonly count: number;
  /** Cells; the side of the square window whose largest value a peak is. 1 or 0: every cell is a peak. */
  readonly window: number;
  /** A peak is the largest of its window, or below that by less than this. */
  readonly tolerance: number;
  /** Outputs of which all channels are wanted at the peaks' cells. */
  readonly gather: readonly string[];
  /**
   * Outputs with as many channels for each of the heatmap's, in its order, of which those of the peak's channel
   * alone are wanted at its cell. Default: none.
   */
  readonly gatherOwnChannel?: readonly string[];
  /** In cells, from the top left one: what lies beyond counts as 0. Default: the whole heatmap. */
  readonly within?: { readonly height: number; readonly width: number };
}

/**
 * Elements of a heatmap among which is the best of each channel by score · weight, for each of several instances.
 * Whoever asks chooses among them in its own arithmetic, and gets what the whole maps give: a backend lists all that
 * its rounding cannot tell from the best, and the first cell, which is the best where nothing is above 0.
 */
export interface BestCellsQuery {
  /** An output; it holds probabilities. */
  readonly heatmap: string;
  readonly weight: CellWeight;
  /** As in `TopPeaksQuery`. */
  readonly gather: readonly string[];
  readonly gatherOwnChannel?: readonly string[];
}

export type CellWeight = TableWeight | NearnessWeight | GaussianWeight;

/** The same for every channel; a single instance. */
export interface TableWeight {
  readonly kind: "table";
  /** [h, w], from 2⁻¹²⁶ to 2²⁰. */
  readonly weights: Float32Array;
}

/** 1 / (distance in cells to the channel's point + distanceOffset). */
export interface NearnessWeight {
  readonly kind: "nearness";
  readonly points: PointsAround;
  /** At least 2⁻²⁰. */
  readonly distanceOffset: number;
}

/** exp(-distance² / denominator) within the instance's box, and 0 outside. */
export interface GaussianWeight {
  readonly kind: "gaussian";
  readonly points: PointsAround;
  /** Square cells, above 0. */
  readonly denominator: number;
  /** Of the find that the points are around: outputs that hold a pair (y, x), in cells. Not clipped to the map. */
  readonly boxSize: string;
  readonly boxOffset: string;
}

/** A point a channel for each instance: cell + regression. */
export interface PointsAround {
  /**
   * An earlier find, whose cells are the instances: the peaks of all channels together, where there are as many as
   * it wants, or the only cell that may be the best.
   */
  readonly query: string;
  /** One of its `at`: pairs (y, x), one a channel, in cells. */
  readonly regression: string;
}

/** By the finds' names. */
export type PeakAnswer = Readonly<Record<string, PeakLists>>;

export interface PeakLists {
  /** Of the heatmap, in cells. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** One, or one a channel where the best of each are wanted. */
  readonly lists: readonly PeakList[];
}

/** Of a `BestCellsQuery`: without the weights, in any order, some more than once, scores of 0 as well. */
export interface PeakList {
  /** Above 0, best first. */
  readonly scores: Float32Array;
  /** Flat, (y · width + x) · channels + channel; of equal scores the lower first. */
  readonly indices: Int32Array;
  /** By output, of `at` and `atOwn`: rows of the channels that were asked for, one a peak. */
  readonly gathered: Readonly<Record<string, Float32Array>>;
}
