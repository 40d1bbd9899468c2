import type { PeakRequest, PeakValues } from "../peaks.ts";
import { boxesAsFractions, boxesInCells } from "./boxes.ts";
import { detectedRows } from "./detectedRows.ts";
import type { TrueShape } from "./objectCenters.ts";
import type { DecodedObjects } from "./objects.ts";
import { checkSettings, type DecodeSettings } from "./settings.ts";

/**
 * What the decode needs of a network's outputs where nothing but boxes is wanted: the best peaks of
 * `centerHeatmap`, `boxSize` and `boxOffset` there. Undefined with keypoints, whose heatmaps it needs whole.
 */
export function objectPeakRequest(
  { objectCenterParams, keypointEstimationTask }: DecodeSettings,
  trueShape?: TrueShape,
): PeakRequest | undefined {
  if (keypointEstimationTask.length > 0) return undefined;
  return {
    heatmap: "centerHeatmap",
    count: objectCenterParams.maxBoxPredictions,
    window: objectCenterParams.peakMaxPoolKernelSize,
    at: ["boxSize", "boxOffset"],
    // Cells and pixels are compared as `objectCenters` does.
    ...(trueShape && { within: trueShape }),
  };
}

/**
 * What `decodeObjects` finds, from the answer to `objectPeakRequest` alone; the rows are the peaks.
 * Throws UsageError for settings that contradict each other.
 */
export function decodeObjectPeaks(
  peaks: PeakValues,
  settings: DecodeSettings,
  trueShape?: TrueShape,
): Pick<DecodedObjects, "trueShape" | "boxes" | "scores" | "detected"> & {
  readonly centers: Pick<DecodedObjects["centers"], "candidates" | "classes">;
} {
  const { height, width, channels, scores, indices, at } = peaks;
  checkSettings(settings, channels, true);
  const { outputStride } = settings;
  const shape = trueShape ?? { height: height * outputStride, width: width * outputStride };
  const cells = indices.map((index) => Math.floor(index / channels));
  const cellBoxes = boxesInCells(cells, at.boxSize, at.boxOffset, peaks);
  const boxes = boxesAsFractions(cellBoxes, shape.height, shape.width, outputStride);
  const centers = { candidates: { scores, indices }, classes: indices.map((index) => index % channels) };
  const rows = { centers, boxes, scores, peakCount: indices.length };
  return { trueShape: shape, centers, boxes, ...detectedRows(rows, settings) };
}
