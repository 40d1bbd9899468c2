import type { CenterEvidence, KeypointEvidence } from "../../explain/explanation.ts";
import { boxAt, cellAt, gaussianEvidence, pointAt, rankedElement, vectorAt } from "../evidence.ts";
import { gatherChannels } from "../maps.ts";
import type { ObjectCenters } from "./objectCenters.ts";
import type { ObjectKeypoints, TaskKeypoints } from "./objectKeypoints.ts";
import { type ObjectMaps, sizesAt } from "./readout.ts";
import { distanceBetween } from "./refineKeypoints.ts";
import type { DecodeSettings } from "./settings.ts";

/** The part of a decode that its evidence is read off. */
interface DecodedRows {
  readonly width: number;
  readonly centers: ObjectCenters;
  readonly peakCount: number;
  readonly boxesInCells?: Float32Array;
  readonly keypoints?: ObjectKeypoints;
}

/** How the decode arrived at each row that is a peak, best first. Positions are in cells. */
export function objectEvidence(
  { boxSize, boxOffset }: ObjectMaps,
  { centers, peakCount, boxesInCells, keypoints, width }: DecodedRows,
  settings: DecodeSettings,
): CenterEvidence[] {
  const { candidates, cells, classCount } = centers;
  const sizes = boxSize && sizesAt(boxSize, centers, settings);
  const offsets = boxOffset && gatherChannels(boxOffset, cells);
  return Array.from({ length: peakCount }, (_, row): CenterEvidence => {
    const size = sizes && vectorAt(sizes, row);
    const task = keypoints?.tasks.find(({ rows }) => rows.includes(row));
    return {
      ...rankedElement(candidates, row, classCount, width),
      ...(offsets && { offset: vectorAt(offsets, row) }),
      ...(size && { size: { width: size.x, height: size.y } }),
      ...(boxesInCells && { boxInCells: boxAt(boxesInCells, row) }),
      ...(task && { keypoints: keypointEvidence(task, task.rows.indexOf(row), width) }),
    };
  });
}

function keypointEvidence(task: TaskKeypoints, object: number, width: number): KeypointEvidence[] {
  const { regressed, refined, candidates, choices, gaussian, columns } = task;
  const keypoints = columns.length;
  return columns.map((_, keypoint) => {
    const i = object * keypoints + keypoint;
    if (gaussian) {
      const [cell, position] = [refined.cells[i], pointAt(refined.positions, i)];
      return gaussianEvidence(gaussian, { instance: object, keypoint, cell, position });
    }
    if (!candidates || !choices) throw new Error("the keypoints were chosen without a trace");
    const { rank, ranked, outcome } = choices[i];
    const expected = pointAt(regressed, i);
    const at = rank * keypoints + keypoint;
    const position = pointAt(candidates.positions, at);
    const candidate = {
      ...position,
      cell: cellAt(candidates.cells[at], width),
      value: candidates.scores[at],
      ranked,
      distance: distanceBetween(expected.y, expected.x, position.y, position.x),
    };
    // Without a peak in the channel, cells of value 0 fill its list.
    return { regressed: expected, outcome, ...(candidate.value > 0 && { candidate }) };
  });
}
