import type { PeakAnswer, TopPeaksQueries, TopPeaksQuery } from "../../backend/peakQuery.ts";
import { UsageError } from "../../errors.ts";
import { PEAK_TOLERANCE } from "../peaks.ts";
import { candidateQuery, candidatesFrom } from "./keypointCandidates.ts";
import { rankedCenters, type TrueShape } from "./objectCenters.ts";
import { type DecodedObjects, decodeReadout } from "./objects.ts";
import type { ObjectReadout } from "./readout.ts";
import { checkSettings, type DecodeSettings } from "./settings.ts";

/**
 * What the decode needs of the outputs of a network with boxes and at most one keypoint task: the best peaks of
 * `centerHeatmap` with sizes, offsets and regressed keypoints there; and of each channel of `keypointHeatmap`
 * the best with their offsets. Undefined where it needs whole maps: where a keypoint may lie in any cell.
 */
export function objectPeakQuery(
  { objectCenterParams, keypointEstimationTask: tasks }: DecodeSettings,
  trueShape?: TrueShape,
): TopPeaksQueries | undefined {
  const [task] = tasks;
  const keypoints = task && candidateQuery(task);
  const needsMaps = task?.candidateRankingMode === "gaussian_weighted_const";
  if (tasks.length > 1 || needsMaps || (task && !keypoints)) return undefined;
  const centers: TopPeaksQuery = {
    heatmap: "centerHeatmap",
    among: "all channels",
    count: objectCenterParams.maxBoxPredictions,
    window: objectCenterParams.peakMaxPoolKernelSize,
    tolerance: PEAK_TOLERANCE,
    gather: ["boxSize", "boxOffset", ...(keypoints ? ["keypointRegression"] : [])],
    // Cells and pixels are compared as `objectCenters` does.
    ...(trueShape && { within: trueShape }),
  };
  return { centers, ...(keypoints && { keypoints }) };
}

/**
 * What `decodeObjects` finds, from the answer to `objectPeakRequest` alone; the rows are the peaks.
 * Throws UsageError for settings that contradict each other.
 */
export function decodeObjectPeaks(
  found: PeakAnswer,
  settings: DecodeSettings,
  trueShape?: TrueShape,
): DecodedObjects {
  checkSettings(settings, found.centers.channels, true);
  return decodeReadout(readPeaks(found, settings), settings, trueShape);
}

function readPeaks(
  { centers, keypoints }: PeakAnswer,
  { keypointEstimationTask: [task] }: DecodeSettings,
): ObjectReadout {
  const { height, width, channels, lists } = centers;
  const [{ scores, indices, gathered: at }] = lists;
  if (task && keypoints.channels !== task.keypointLabels.length) {
    const expected = `${task.keypointLabels.length} channels, one a keypoint`;
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
