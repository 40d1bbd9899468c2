/**
 * What a decoder asks of a network if it needs a few peaks rather than whole maps: named queries. A backend may answer
 * them on its device, so that the maps need not be read back.
 */
export type PeakQuery = Readonly<Record<string, TopPeaksQuery | BestCellsQuery>>;

/** Queries that ask for peaks only. */
export type TopPeaksQueries = Readonly<Record<string, TopPeaksQuery>>;

/** The best peaks of a heatmap, and the values of other maps at these cells. */
export interface TopPeaksQuery {
  /** Name of an output that holds probabilities. */
  readonly heatmap: string;
  /** Whether channels compete with each other or each channel has its own list of peaks. */
  readonly among: "all channels" | "each channel";
  /** The maximum length of a list. */
  readonly count: number;
  /** Side in cells of the square window in which a peak is the largest value. With 1 or 0 every cell is a peak. */
  readonly window: number;
  /** A peak may be below the largest value in its window by less than this. */
  readonly tolerance: number;
  /** Outputs to read at each peak's cell, all channels. */
  readonly gather: readonly string[];
  /**
   * Outputs that have k channels per heatmap channel, in the heatmap's order. Only the k channels that belong to the
   * peak's channel are read at its cell. Default: none.
   */
  readonly gatherOwnChannel?: readonly string[];
  /** The part of the heatmap to search, in cells from the top left. Beyond it scores count as 0. Default: all of it. */
  readonly within?: { readonly height: number; readonly width: number };
}

/**
 * For each of several anchors, candidates for the cell with the best score · weight in each channel of a heatmap.
 * The caller picks the best candidate in its own arithmetic and gets the same result as from whole maps. Therefore a
 * backend lists every cell that it cannot tell from the best within its rounding error. It also lists the first cell,
 * which is the best if no score is above 0.
 */
export interface BestCellsQuery {
  /** Name of an output that holds probabilities. */
  readonly heatmap: string;
  readonly weight: CellWeight;
  /** As in `TopPeaksQuery`. */
  readonly gather: readonly string[];
  readonly gatherOwnChannel?: readonly string[];
}

export type CellWeight = TableWeight | NearnessWeight | GaussianWeight;

/** A weight per cell, the same for every channel. There is a single anchor. */
export interface TableWeight {
  readonly kind: "table";
  /** [height, width]; each weight is between 2⁻¹²⁶ and 2²⁰. */
  readonly weights: Float32Array;
}

/** 1 / (distance in cells to the channel's point + distanceOffset) */
export interface NearnessWeight {
  readonly kind: "nearness";
  readonly points: PointsAround;
  /** At least 2⁻²⁰. */
  readonly distanceOffset: number;
}

/** exp(−distance² / denominator) inside the anchor's box, and 0 outside. */
export interface GaussianWeight {
  readonly kind: "gaussian";
  readonly points: PointsAround;
  /** In square cells, above 0. */
  readonly denominator: number;
  /** Outputs that `points.query` gathers: pairs (y, x) in cells. The box is not clipped to the map. */
  readonly boxSize: string;
  readonly boxOffset: string;
}

/** One point per channel for each anchor: the anchor's cell plus a regressed offset. */
export interface PointsAround {
  /**
   * Name of an earlier query whose cells are the anchors. It either asks for the top peaks of all channels together
   * and finds as many as it asks for, or it has a single candidate.
   */
  readonly query: string;
  /** One of the outputs that it gathers: a pair (y, x) per channel, in cells. */
  readonly regression: string;
}

/** By query name. */
export type PeakAnswer = Readonly<Record<string, PeakLists>>;

export interface PeakLists {
  /** Size of the heatmap, in cells. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** One list; or one per channel if the query is `among` "each channel". */
  readonly lists: readonly PeakList[];
}

/** For a `BestCellsQuery` scores are unweighted, may be 0, and come in any order; a cell may occur more than once. */
export interface PeakList {
  /** Above 0, best first. */
  readonly scores: Float32Array;
  /** (y · width + x) · channels + channel. Among equal scores the lower index comes first. */
  readonly indices: Int32Array;
  /** By name of each output in `gather` and `gatherOwnChannel`: one row per peak, of the channels asked for. */
  readonly gathered: Readonly<Record<string, Float32Array>>;
}
