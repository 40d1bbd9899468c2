/** What the layers of one run took. */
export interface LayerTimes {
  /** How they were measured, in words. */
  readonly clock: string;
  /** In the graph's order; those that the outputs do not need are missing. */
  readonly layers: readonly LayerTime[];
}

export interface LayerTime {
  /** The node's name. */
  readonly name: string;
  readonly milliseconds: number;
  /** Layers that are computed inside this one, so that they have no time of their own. */
  readonly inner?: readonly string[];
}
