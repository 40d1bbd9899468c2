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
  /** At the centers: rows of (y, x) in cells. Offsets are absent without sizes, and if the network has none. */
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
  settings: DecodeSettings,
  trueShape: TrueShape | undefined,
  trace?: HeatmapTrace,
): ObjectReadout {
  const { objectCenterParams, keypointEstimationTask: tasks } = settings;
  const [, height, width] = centerHeatmap.shape;
  const centers = objectCenters(centerHeatmap, objectCenterParams, trueShape, trace);
  return {
    height,
    width,
    centers,
    boxSize: boxSize && sizesAt(boxSize, centers, settings),
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

/** Rows of (height, width) in cells, at the centers. */
export function sizesAt(
  boxSize: Tensor,
  { cells, classes }: ObjectCenters,
  { boxForm }: DecodeSettings,
): Float32Array {
  const sizes = gatherChannels(boxSize, cells);
  if (!boxForm?.sizePerClass) return sizes;
  const channels = boxSize.shape[3];
  return Float32Array.from({ length: 2 * cells.length }, (_, at) => {
    const row = at >> 1;
    return sizes[row * channels + 2 * classes[row] + (at & 1)];
  });
}

/** A detector's outputs, all [1, h, w, channels]. Positions and sizes are in cells, y before x. */
export interface ObjectMaps {
  /** One channel per class, probabilities. */
  readonly centerHeatmap: Tensor;
  /** 2 channels, or 2 for each class if the settings say so; negative sizes count as 0. */
  readonly boxSize?: Tensor;
  /** 2 channels. Absent without `boxSize`, and if the settings say that there are no offsets. */
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
  const { sizePerClass, noOffset } = settings.boxForm ?? {};
  for (const [name, map] of Object.entries({ boxSize, boxOffset })) {
    if (!map) continue;
    found[name] = map;
    channels[name] = name === "boxSize" && sizePerClass ? 2 * channels.centerHeatmap : 2;
  }
  const hasOffsets = boxOffset !== undefined;
  if (hasOffsets !== (boxSize !== undefined && !noOffset)) {
    const expected = noOffset ? "no boxOffset" : "boxSize and boxOffset or neither";
    throw new UsageError({ where: "maps", expected, got: hasOffsets ? "boxOffset" : "boxSize alone" });
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
