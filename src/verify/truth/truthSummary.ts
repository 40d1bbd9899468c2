import type { TapReport } from "../verifyCase.ts";

/** How the errors of a run against float64 compare with the original's, over all taps that are known in float64. */
export interface TruthSummary {
  readonly taps: number;
  /** Of the taps' ratios: largest and median. */
  readonly worst: number;
  readonly median: number;
  /** Share of the taps, from 0 to 1, whose error is at most the original's. */
  readonly atMost1: number;
}

/** Undefined if no tap is known in float64. */
export function truthSummary(taps: readonly Pick<TapReport, "truth">[]): TruthSummary | undefined {
  const ratios = taps.flatMap(({ truth }) => (truth ? [truth.ratio] : [])).sort((a, b) => a - b);
  if (ratios.length === 0) return undefined;
  const middle = ratios.length >> 1;
  return {
    taps: ratios.length,
    worst: ratios[ratios.length - 1],
    median: ratios.length % 2 === 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2,
    atMost1: ratios.filter((ratio) => ratio <= 1).length / ratios.length,
  };
}
