import type { PeakAnswer, TopPeaksQueries, TopPeaksQuery } from "../../backend/peakQuery.ts";
import { UsageError } from "../../errors.ts";
import { PEAK_TOLERANCE } from "../peaks.ts";
import { candidateQuery, candidatesFrom } from "./keypointCandidates.ts";
import { rankedCenters, type TrueShape } from "./objectCenters.ts";
import { type DecodedObjects, decodeReadout } from "./objects.ts";
import type { ObjectReadout } from "./readout.ts";
import { checkSettings, type DecodeSettings } from "./settings.ts";

/**
 * The peaks that suffice to decode a network with boxes and at most one keypoint task: the best of
 * `centerHeatmap` with the sizes, offsets and regressed keypoints there, and the best of each channel of
 * `keypointHeatmap` with their offsets.
 *
 * @returns undefined if the decode needs whole maps because a keypoint may lie in any cell, or because the size depends on
 * the class.
 */
export function objectPeakQuery(
  { objectCenterParams, keypointEstimationTask: tasks, boxForm }: DecodeSettings,
  trueShape?: TrueShape,
): TopPeaksQueries | undefined {
  const [task] = tasks;
  const keypoints = task && candidateQuery(task);
  const needsMaps = task?.candidateRankingMode === "gaussian_weighted_const";
  if (boxForm?.sizePerClass || tasks.length > 1 || needsMaps || (task && !keypoints)) return undefined;
  const centers: TopPeaksQuery = {
    heatmap: "centerHeatmap",
    among: "all channels",
    count: objectCenterParams.maxBoxPredictions,
    window: objectCenterParams.peakMaxPoolKernelSize,
    tolerance: PEAK_TOLERANCE,
    gather: [
      "boxSize",
      ...(boxForm?.noOffset ? [] : ["boxOffset"]),
      ...(keypoints ? ["keypointRegression"] : []),
    ],
    // In pixels, although the query counts in cells: see `objectCenters`.
    ...(trueShape && { within: trueShape }),
  };
  return { centers, ...(keypoints && { keypoints }) };
}

/**
 * Decodes the answer to `objectPeakQuery`. Finds what `decodeObjects` finds in whole maps; the rows are the
 * peaks.
 *
 * @throws UsageError if the settings contradict each other or do not fit the answer.
 */
export function decodeObjectPeaks(
  answer: PeakAnswer,
  settings: DecodeSettings,
  trueShape?: TrueShape,
): DecodedObjects {
  checkSettings(settings, answer.centers.channels, true);
  return decodeReadout(readPeaks(answer, settings), settings, trueShape);
}

function readPeaks(
  { centers, keypoints }: PeakAnswer,
  { keypointEstimationTask: [task] }: DecodeSettings,
): ObjectReadout {
  const { height, width, channels, lists } = centers;
  const [{ scores, indices, gathered: at }] = lists;
  if (task && keypoints.channels !== task.keypointLabels.length) {
    const expected = `${task.keypointLabels.length} channels, one per keypoint`;
    throw new UsageError({ where: "map keypointHeatmap", expected, got: `${keypoints.channels}` });
  }
  const ofTask = task && {
    regression: at.keypointRegression,
    places: candidatesFrom(keypoints, task),
  };
  return {
    height,
    width,
    centers: rankedCenters({ scores, indices }, channels),
    boxSize: at.boxSize,
    boxOffset: at.boxOffset,
    keypointTasks: ofTask ? [ofTask] : [],
  };
}
