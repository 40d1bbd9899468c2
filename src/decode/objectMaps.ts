import { UsageError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { checkMaps } from "./checkMaps.ts";
import type { KeypointMaps } from "./objects/keypointCandidates.ts";
import type { DecodeSettings, KeypointEstimationTask } from "./objects/settings.ts";

/** A detector's output, all [1, h, w, channels]; positions and sizes in cells, y before x. */
export interface ObjectMaps {
  /** One channel a class, probabilities. */
  readonly centerHeatmap: Tensor;
  /** 2 channels; negative sizes count as 0. With `boxOffset`, or neither. */
  readonly boxSize?: Tensor;
  /** 2 channels. */
  readonly boxOffset?: Tensor;
  /** In the order of the settings' `keypointEstimationTask`. */
  readonly keypointTasks?: readonly KeypointMaps[];
}

/** Throws UsageError, naming the first map that is missing or does not fit the others or the settings. */
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
    for (const name of Object.keys(expected) as (keyof KeypointMaps)[]) {
      const map = keypointTasks[i][name];
      if (!map) throw new UsageError({ where: "maps", expected: `a map ${name}`, got: "none" });
      found[`${name} of keypoint task ${i}`] = map;
      channels[`${name} of keypoint task ${i}`] = expected[name] ?? 0;
    }
  });
  checkMaps(found, channels);
}

function keypointChannels(task: KeypointEstimationTask): Partial<Record<keyof KeypointMaps, number>> {
  const keypoints = task.keypointLabels.length;
  return {
    keypointHeatmap: keypoints,
    keypointRegression: 2 * keypoints,
    keypointOffset: task.perKeypointOffset ? 2 * keypoints : 2,
    ...(task.predictDepth && { keypointDepth: task.perKeypointDepth ? keypoints : 1 }),
  };
}
