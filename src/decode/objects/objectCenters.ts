import type { Tensor } from "../../tensor.ts";
import { gatherChannels, zeroOutside } from "../maps.ts";
import { type Ranked, topPeaks } from "../peaks.ts";
import type { ObjectCenterParams } from "./settings.ts";

/** Of the image inside of the network's padded input, in pixels. */
export interface TrueShape {
  readonly height: number;
  readonly width: number;
}

/** The objects' centers, best first. */
export interface ObjectCenters {
  /** Probabilities and flat indices, (y · width + x) · classes + class. */
  readonly candidates: Ranked;
  /** Flat, y · width + x. */
  readonly cells: Int32Array;
  /** Channels of the heatmap. */
  readonly classes: Int32Array;
  /** [rows, classes]: the probabilities of all classes at each row's cell; where the map was at hand. */
  readonly multiclassScores?: Float32Array;
  /** Channels that the heatmap has. */
  readonly classCount: number;
}

/**
 * The best `maxBoxPredictions` peaks of all classes. Where there are fewer peaks, cells of score 0 follow.
 * Beyond the image the heatmap counts as zero as the original does it (`mask_from_true_image_shape`): cells are
 * compared with pixels, not divided by the stride. So only images of an aspect beyond 1 : stride are ever masked.
 * `heatmap` is [1, h, w, classes], probabilities.
 */
export function objectCenters(
  heatmap: Tensor,
  params: ObjectCenterParams,
  trueShape: TrueShape | undefined,
): ObjectCenters {
  const classCount = heatmap.shape[3];
  const masked = trueShape ? zeroOutside(heatmap, trueShape) : heatmap;
  const candidates = topPeaks(masked, params.maxBoxPredictions, params.peakMaxPoolKernelSize);
  const centers = rankedCenters(candidates, classCount);
  return { ...centers, multiclassScores: gatherChannels(masked, centers.cells) };
}

/** Flat indices as cells and classes. */
export function rankedCenters(candidates: Ranked, classCount: number): ObjectCenters {
  return {
    candidates,
    cells: candidates.indices.map((index) => Math.floor(index / classCount)),
    classes: candidates.indices.map((index) => index % classCount),
    classCount,
  };
}
