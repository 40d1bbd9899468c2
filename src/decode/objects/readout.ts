import { UsageError } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
import type { HeatmapTrace } from "../heatmapTrace.ts";
import { checkMaps, gatherChannels } from "../maps.ts";
import { type KeypointCandidates, keypointCandidates, type PoseMaps } from "./keypointCandidates.ts";
import { type ObjectCenters, objectCenters, type TrueShape } from "./objectCenters.ts";
import type { DecodeSettings, KeypointEstimationTask } from "./settings.ts";

/** All values that a decode reads off a detector's maps. Rows are in the order of the centers. */
export interface ObjectReadout {
  /** Size of the maps, in cells. */
  readonly height: number;
  readonly width: number;
  readonly centers: ObjectCenters;
  /** At the centers: rows of (y, x) in cells. Both or neither. */
  readonly boxSize?: Float32Array;
  readonly boxOffset?: Float32Array;
  /** In the order of the settings' `keypointEstimationTask`. */
  readonly keypointTasks: readonly KeypointReadout[];
}

export interface KeypointReadout {
  /**
   * At the centers: rows with one pair (y, x) per keypoint, in cells, from the center's cell to the keypoint.
   */
  readonly regression: Float32Array;
  /** Where keypoints may lie: at candidates, or in any cell of the maps (`argmaxPostprocessing`). */
  readonly places: KeypointCandidates | PoseMaps;
}

/** Reads whole maps, which must fit together. */
export function readMaps(
  { centerHeatmap, boxSize, boxOffset, keypointTasks = [] }: ObjectMaps,
  { objectCenterParams, keypointEstimationTask: tasks }: DecodeSettings,
  trueShape: TrueShape | undefined,
  trace?: HeatmapTrace,
): ObjectReadout {
  const [, height, width] = centerHeatmap.shape;
  const centers = objectCenters(centerHeatmap, objectCenterParams, trueShape, trace);
  return {
    height,
    width,
    centers,
    boxSize: boxSize && gatherChannels(boxSize, centers.cells),
    boxOffset: boxOffset && gatherChannels(boxOffset, centers.cells),
    keypointTasks: keypointTasks.map((maps, i) => ({
      regression: gatherChannels(maps.keypointRegression, centers.cells),
      places:
        tasks[i].candidateRankingMode === "gaussian_weighted_const"
          ? maps
          : keypointCandidates(maps, tasks[i]),
    })),
  };
}

/** A detector's outputs, all [1, h, w, channels]. Positions and sizes are in cells, y before x. */
export interface ObjectMaps {
  /** One channel per class, probabilities. */
  readonly centerHeatmap: Tensor;
  /** 2 channels; negative sizes count as 0. Present if and only if `boxOffset` is. */
  readonly boxSize?: Tensor;
  /** 2 channels. */
  readonly boxOffset?: Tensor;
  /** In the order of the settings' `keypointEstimationTask`. */
  readonly keypointTasks?: readonly PoseMaps[];
}

/**
 * @throws UsageError naming the first map that is missing or that does not fit the others or the settings.
 */
export function checkObjectMaps(maps: ObjectMaps, settings: DecodeSettings): void {
  const { centerHeatmap, boxSize, boxOffset, keypointTasks = [] } = maps;
  const found: Record<string, Tensor> = { centerHeatmap };
  const channels: Record<string, number> = { centerHeatmap: centerHeatmap.shape[3] };
  for (const [name, map] of Object.entries({ boxSize, boxOffset })) {
    if (!map) continue;
    found[name] = map;
    channels[name] = 2;
  }
  if ((boxSize === undefined) !== (boxOffset === undefined)) {
    throw new UsageError({ where: "maps", expected: "boxSize and boxOffset or neither", got: "one of them" });
  }
  const tasks = settings.keypointEstimationTask;
  if (keypointTasks.length !== tasks.length) {
    const expected = `maps of ${tasks.length} keypoint tasks`;
    throw new UsageError({ where: "maps", expected, got: `${keypointTasks.length}` });
  }
  tasks.forEach((task, i) => {
    const expected = keypointChannels(task);
    for (const name of Object.keys(expected) as (keyof PoseMaps)[]) {
      const map = keypointTasks[i][name];
      if (!map) throw new UsageError({ where: "maps", expected: `a map ${name}`, got: "none" });
      found[`${name} of keypoint task ${i}`] = map;
      channels[`${name} of keypoint task ${i}`] = expected[name] ?? 0;
    }
  });
  checkMaps(found, channels);
}

function keypointChannels(task: KeypointEstimationTask): Partial<Record<keyof PoseMaps, number>> {
  const keypoints = task.keypointLabels.length;
  return {
    keypointHeatmap: keypoints,
    keypointRegression: 2 * keypoints,
    keypointOffset: task.perKeypointOffset ? 2 * keypoints : 2,
    ...(task.predictDepth && { keypointDepth: task.perKeypointDepth ? keypoints : 1 }),
  };
}
