/** What a decode that needs no whole maps asks of a network, and gets. A backend may work it out on its device. */
export interface PeakRequest {
  /** The output whose peaks, of all channels, are wanted; it holds probabilities. */
  readonly heatmap: string;
  /** The best of them, at most so many. */
  readonly count: number;
  /** Cells; the side of the square window whose largest value a peak is. 1 or 0: every cell is a peak. */
  readonly window: number;
  /** Outputs that are wanted at the peaks' cells. */
  readonly at: readonly string[];
  /** In cells, from the top left one: what lies beyond counts as 0. Default: the whole heatmap. */
  readonly within?: { readonly height: number; readonly width: number };
}

export interface PeakValues {
  /** Of the heatmap, in cells. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Above 0, best first. */
  readonly scores: Float32Array;
  /** Flat, (y · width + x) · channels + channel; of equal scores the lower first. */
  readonly indices: Int32Array;
  /** By output: rows of all its channels, one a peak. */
  readonly at: Readonly<Record<string, Float32Array>>;
}
