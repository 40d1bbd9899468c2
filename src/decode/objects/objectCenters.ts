import type { Tensor } from "../../tensor.ts";
import { type HeatmapTrace, windowSearch } from "../heatmapTrace.ts";
import { gatherChannels, zeroOutside } from "../maps.ts";
import { type Ranked, topPeaks } from "../peaks.ts";
import type { ObjectCenterParams } from "./settings.ts";

/** Size of the image within the network's padded input, in pixels. */
export interface TrueShape {
  readonly height: number;
  readonly width: number;
}

/** The objects' centers, best first. */
export interface ObjectCenters {
  /** Probabilities and indices, (y · width + x) · classes + class. */
  readonly candidates: Ranked;
  /** Flat. */
  readonly cells: Int32Array;
  /** Channels of the heatmap. */
  readonly classes: Int32Array;
  /** The probabilities of all classes at each row's cell, [rows, classes]. Absent if only peaks were read. */
  readonly multiclassScores?: Float32Array;
  /** How many channels the heatmap has. */
  readonly classCount: number;
}

/**
 * The best `maxBoxPredictions` peaks of all classes. If there are fewer peaks, cells of score 0 follow.
 * `heatmap` is [1, h, w, classes], probabilities.
 *
 * Outside the image the heatmap counts as zero. Like the original (`mask_from_true_image_shape`) this
 * compares cells with pixels without dividing by the stride, so it only affects images that are longer than
 * wide (or the reverse) by more than the stride.
 */
export function objectCenters(
  heatmap: Tensor,
  params: ObjectCenterParams,
  trueShape: TrueShape | undefined,
  trace?: HeatmapTrace,
): ObjectCenters {
  const classCount = heatmap.shape[3];
  const masked = trueShape ? zeroOutside(heatmap, trueShape) : heatmap;
  const candidates = topPeaks(masked, params.maxBoxPredictions, params.peakMaxPoolKernelSize);
  trace?.searched(windowSearch(masked, params.maxBoxPredictions, params.peakMaxPoolKernelSize));
  const centers = rankedCenters(candidates, classCount);
  return { ...centers, multiclassScores: gatherChannels(masked, centers.cells) };
}

/** Splits indices into cells and classes. */
export function rankedCenters(candidates: Ranked, classCount: number): ObjectCenters {
  return {
    candidates,
    cells: candidates.indices.map((index) => Math.floor(index / classCount)),
    classes: candidates.indices.map((index) => index % classCount),
    classCount,
  };
}
