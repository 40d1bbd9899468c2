import type { FractionBox, PoseKeypoint } from "../keypoints.ts";
import type { DecodedObjects } from "./objects.ts";
import type { KeypointEstimationTask } from "./settings.ts";

/** One object that a decode found. Positions are fractions of the image, whose top-left corner is (0, 0). */
export interface DetectedObject {
  /** Channel of the center heatmap. */
  classIndex: number;
  /** From 0 to 1. */
  score: number;
  /** Within the image. */
  box: FractionBox;
  /** Those of its class's keypoint task, in the order of the channels. They may lie outside the image. */
  keypoints?: LabelledKeypoint[];
}

export interface LabelledKeypoint extends PoseKeypoint {
  label: string;
  /** In the network's unit; 0 if the keypoint found no candidate. */
  depth?: number;
}

/** The part of a decode that its detections are made of. */
export type FoundObjects = Pick<DecodedObjects, "boxes" | "scores" | "detected" | "keypoints"> & {
  readonly centers: Pick<DecodedObjects["centers"], "classes">;
};

/**
 * The detections of a decode, in the order of its rows. `tasks` are those of the settings it was decoded
 * with.
 */
export function detectedObjects(
  decoded: FoundObjects,
  tasks: readonly KeypointEstimationTask[],
): DetectedObject[] {
  return Array.from(decoded.detected, (row) => {
    const [ymin, xmin, ymax, xmax] = decoded.boxes.subarray(row * 4, row * 4 + 4);
    const keypoints = keypointsOf(decoded, tasks, row);
    return {
      classIndex: decoded.centers.classes[row],
      score: decoded.scores[row],
      box: { ymin, xmin, ymax, xmax },
      ...(keypoints && { keypoints }),
    };
  });
}

function keypointsOf(
  { keypoints: found }: FoundObjects,
  tasks: readonly KeypointEstimationTask[],
  row: number,
): LabelledKeypoint[] | undefined {
  if (!found) return undefined;
  const task = found.tasks.findIndex(({ rows }) => rows.includes(row));
  if (task < 0) return undefined;
  const { positions, scores, depths, keypoints } = found;
  return found.tasks[task].columns.map((column, i) => {
    const at = row * keypoints + column;
    const point = { label: tasks[task].keypointLabels[i], y: positions.y[at], x: positions.x[at] };
    return { ...point, score: scores[at], ...(depths && { depth: depths[at] }) };
  });
}
