/** The maps that a decode goes through from the heatmap of centers to its peaks, to look at. */

import { weightedCenters } from "../decode/keypointScores.ts";
import { PEAK_TOLERANCE, suppressNonPeaks, windowMaximum } from "../decode/peaks.ts";
import type { CenterView } from "../explain/explanation.ts";
import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import type { Decoding } from "./decoding.ts";

/** Of one class, each [1, height, width, 1]. */
export interface CenterMaps {
  readonly heatmap: Tensor;
  /** The largest value of the window around each cell. Absent if every cell competes. */
  readonly maximum?: Tensor;
  /** The heatmap where it is a peak, 0 elsewhere. Absent if every cell competes. */
  readonly peaks?: Tensor;
  /** Only if one person is found: the heatmap times the weights that it is ranked by. */
  readonly weighted?: Tensor;
}

/** `heatmap` is the output, `view` is of the explanation, and `classIndex` a channel. */
export function centerMaps(
  decoding: Decoding,
  heatmap: Tensor,
  { window }: Pick<CenterView, "window">,
  classIndex = 0,
): CenterMaps {
  const own = channelOf(heatmap, classIndex);
  if (decoding.kind === "pose") {
    const weighted = weightedCenters(own, decoding.constants.centerWeights);
    return { heatmap: own, weighted: { ...own, data: weighted } };
  }
  if (window === undefined) return { heatmap: own };
  const maximum = windowMaximum(own, window);
  const tolerance = decoding.kind === "poses" ? decoding.constants.peakTolerance : PEAK_TOLERANCE;
  return {
    heatmap: own,
    maximum,
    peaks: { ...own, data: suppressNonPeaks(own, maximum, tolerance) },
  };
}

/** One channel of a map, [1, height, width, 1]. */
export function channelOf({ shape: [, height, width, channels], data }: Tensor, channel: number): Tensor {
  const one = tensor(shapeOf(height, width, 1));
  one.data.forEach((_, cell) => {
    one.data[cell] = data[cell * channels + channel];
  });
  return one;
}
