import type { ObjectCenterParams } from "../centerNetProto.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Ranked } from "./topK.ts";
import { topPeaks } from "./topPeaks.ts";

/** Of the picture inside of the network's padded input, in pixels. */
export interface TrueShape {
  readonly height: number;
  readonly width: number;
}

/** The objects' centres, best first. */
export interface ObjectCenters {
  /** Probabilities and flat indices, (y · width + x) · classes + class. */
  readonly candidates: Ranked;
  /** Flat, y · width + x. */
  readonly cells: Int32Array;
  /** Channels of the heatmap. */
  readonly classes: Int32Array;
  /** [rows, classes]: the probabilities of all classes at each row's cell. */
  readonly multiclassScores: Float32Array;
}

/**
 * The best `maxBoxPredictions` peaks of all classes. Where there are fewer peaks, cells of score 0 follow.
 * `heatmap` is [1, h, w, classes], probabilities.
 */
export function objectCenters(
  heatmap: Tensor,
  params: ObjectCenterParams,
  trueShape: TrueShape | undefined,
): ObjectCenters {
  const classCount = heatmap.shape[3];
  const masked = trueShape ? maskedByTrueShape(heatmap, trueShape) : heatmap;
  const candidates = topPeaks(masked, params.maxBoxPredictions, params.peakMaxPoolKernelSize);
  const cells = candidates.indices.map((index) => Math.floor(index / classCount));
  const multiclassScores = new Float32Array(cells.length * classCount);
  cells.forEach((cell, row) => {
    const scores = masked.data.subarray(cell * classCount, (cell + 1) * classCount);
    multiclassScores.set(scores, row * classCount);
  });
  return {
    candidates,
    cells,
    classes: candidates.indices.map((index) => index % classCount),
    multiclassScores,
  };
}

/**
 * Zero outside of the picture — as the original does it (`mask_from_true_image_shape`): cells are compared
 * with pixels, not divided by the stride. So only pictures of an aspect beyond 1 : stride are ever masked.
 */
function maskedByTrueShape(heatmap: Tensor, trueShape: TrueShape): Tensor {
  const [, height, width, classes] = heatmap.shape;
  if (trueShape.height >= height && trueShape.width >= width) return heatmap;
  const data = heatmap.data.map((score, i) => {
    const cell = Math.floor(i / classes);
    const isInside = Math.floor(cell / width) < trueShape.height && cell % width < trueShape.width;
    return isInside ? score : 0;
  });
  return tensor(heatmap.shape, data);
}
