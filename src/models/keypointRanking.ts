/** What a decode of poses ranks the cells of a keypoint's heatmap by, as a map to look at. */
import { gaussianScore } from "../decode/keypointScores.ts";
import { type MultiPoseMaps, multiPoseSteps } from "../decode/poses/multiPose.ts";
import { type SinglePoseMaps, singlePoseSteps } from "../decode/poses/singlePose.ts";
import { UsageError } from "../errors.ts";
import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import type { Decoding } from "./decoding.ts";
import type { Maps } from "./view.ts";

/**
 * A keypoint's heatmap weighted with the distance from where its person's center expects it, [1, height, width, 1]:
 * the decode moves the keypoint to the largest cell. `person` and `keypoint` count from 0 as the candidates of the
 * explanation do. Undefined for models that weight no maps.
 *
 * @throws UsageError for a person or keypoint that the maps do not have.
 */
export function keypointRanking(
  decoding: Decoding,
  outputs: Maps,
  { person, keypoint }: { readonly person: number; readonly keypoint: number },
): Tensor | undefined {
  if (decoding.kind !== "poses" && decoding.kind !== "pose") return undefined;
  const [, height, width, keypoints] = outputs.keypointHeatmap.shape;
  const ranking = tensor(shapeOf(height, width, 1));
  if (decoding.kind === "poses") {
    const maps = outputs as unknown as MultiPoseMaps;
    const { candidates, scores } = multiPoseSteps(maps, decoding.constants);
    checkAmong(person, scores.length, "persons");
    checkAmong(keypoint, keypoints, "keypoints");
    ranking.data.forEach((_, cell) => {
      ranking.data[cell] = gaussianScore(candidates, cell, person, keypoint);
    });
    return ranking;
  }
  const { rescored } = singlePoseSteps(outputs as unknown as SinglePoseMaps, decoding.constants);
  checkAmong(person, 1, "persons");
  checkAmong(keypoint, keypoints, "keypoints");
  ranking.data.forEach((_, cell) => {
    ranking.data[cell] = rescored.data[cell * keypoints + keypoint];
  });
  return ranking;
}

function checkAmong(index: number, count: number, what: string): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new UsageError({
    where: "keypointRanking",
    expected: `one of the ${count} ${what}, from 0`,
    got: String(index),
  });
}
