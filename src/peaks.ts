/**
 * What a decode that needs no whole maps asks of a network, and gets: finds by name. A backend may work them out
 * on its device.
 */
export type PeakRequest = Readonly<Record<string, PeakFind>>;

/** The best peaks of a heatmap, and what other maps hold there. */
export interface PeakFind {
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
  readonly at: readonly string[];
  /**
   * Outputs with as many channels for each of the heatmap's, in its order, of which those of the peak's channel
   * alone are wanted at its cell. Default: none.
   */
  readonly atOwn?: readonly string[];
  /** In cells, from the top left one: what lies beyond counts as 0. Default: the whole heatmap. */
  readonly within?: { readonly height: number; readonly width: number };
}

/** By the finds' names. */
export type FoundPeaks = Readonly<Record<string, PeakValues>>;

export interface PeakValues {
  /** Of the heatmap, in cells. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** One, or one a channel. */
  readonly lists: readonly PeakList[];
}

export interface PeakList {
  /** Above 0, best first. */
  readonly scores: Float32Array;
  /** Flat, (y · width + x) · channels + channel; of equal scores the lower first. */
  readonly indices: Int32Array;
  /** By output, of `at` and `atOwn`: rows of the channels that were asked for, one a peak. */
  readonly at: Readonly<Record<string, Float32Array>>;
}
