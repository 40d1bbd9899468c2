import { gathered } from "../maps.ts";
import type { ObjectMaps } from "../objectMaps.ts";
import { type KeypointCandidates, type KeypointMaps, keypointCandidates } from "./keypointCandidates.ts";
import { type ObjectCenters, objectCenters, type TrueShape } from "./objectCenters.ts";
import type { DecodeSettings } from "./settings.ts";

/** All that a decode reads of a detector's maps; rows are in the order of the centres. */
export interface ObjectReadings {
  /** Of the maps, in cells. */
  readonly height: number;
  readonly width: number;
  readonly centers: ObjectCenters;
  /** At the centres, rows of (y, x) in cells; both or neither. */
  readonly boxSize?: Float32Array;
  readonly boxOffset?: Float32Array;
  /** In the order of the settings' `keypointEstimationTask`. */
  readonly keypointTasks: readonly KeypointReadings[];
}

export interface KeypointReadings {
  /** At the centres, rows of a pair (y, x) a keypoint, in cells: from the centre's cell to the keypoint. */
  readonly regression: Float32Array;
  /** Where the keypoints may lie: at candidates, or in all cells of the maps (`argmaxPostprocessing`). */
  readonly places: KeypointCandidates | KeypointMaps;
}

/** From whole maps that fit together. */
export function readMaps(
  { centerHeatmap, boxSize, boxOffset, keypointTasks = [] }: ObjectMaps,
  { objectCenterParams, keypointEstimationTask: tasks }: DecodeSettings,
  trueShape: TrueShape | undefined,
): ObjectReadings {
  const [, height, width] = centerHeatmap.shape;
  const centers = objectCenters(centerHeatmap, objectCenterParams, trueShape);
  return {
    height,
    width,
    centers,
    boxSize: boxSize && gathered(boxSize, centers.cells),
    boxOffset: boxOffset && gathered(boxOffset, centers.cells),
    keypointTasks: keypointTasks.map((maps, i) => ({
      regression: gathered(maps.keypointRegression, centers.cells),
      places:
        tasks[i].candidateRankingMode === "gaussian_weighted_const"
          ? maps
          : keypointCandidates(maps, tasks[i]),
    })),
  };
}
