import type { KeypointOutcome } from "../../explain/explanation.ts";
import type { Points } from "../keypoints.ts";
import { candidateRanking, type Ranking } from "./candidateRanking.ts";
import type { KeypointCandidates } from "./keypointCandidates.ts";
import { DEFAULT_KEYPOINT_STD, type KeypointEstimationTask } from "./settings.ts";

/** Arrays are [objects, keypoints]. */
export interface RefinedKeypoints {
  /** In cells. */
  readonly positions: Points;
  readonly scores: Float32Array;
  readonly depths?: Float32Array;
  /** The chosen cell of the heatmap (flat), or -1 if the regressed position is kept. */
  readonly cells: Int32Array;
}

/** How one regressed keypoint was refined. */
export interface KeypointChoice {
  /** The best candidate's rank among those of its keypoint. */
  readonly rank: number;
  /** What it was ranked by. */
  readonly ranked: number;
  /** `chosen`, or the condition that it failed. */
  readonly outcome: KeypointOutcome;
}

/** The distance in cells that the original assigns to candidates below the threshold. */
const FAR = 1e5;

/**
 * Moves each regressed keypoint to its best candidate (Object Detection API: `refine_keypoints`). The
 * keypoint stays where it is if
 * - the best candidate scores below the threshold,
 * - the best candidate lies outside the object's box scaled by `boxScale`, or
 * - no candidate is within `candidateSearchScale` · the longer side of that scaled box.
 *
 * Without boxes only the first condition applies. `regressed` is [objects, keypoints] and `boxes` has one row
 * (ymin, xmin, ymax, xmax) per object, both in cells. Each operation is rounded to float32 like the original.
 *
 * Each choice is added to `trace`, if there is one.
 */
export function refineKeypoints(
  regressed: Points,
  candidates: KeypointCandidates,
  boxes: Float32Array | undefined,
  task: KeypointEstimationTask,
  trace?: KeypointChoice[],
): RefinedKeypoints {
  const { keypoints } = candidates;
  const threshold = Math.fround(task.keypointCandidateScoreThreshold);
  const deviations = keypointDeviations(task);
  const positions = { y: regressed.y.slice(), x: regressed.x.slice() };
  const scores = new Float32Array(regressed.y.length).fill(task.unmatchedKeypointScore);
  const depths = candidates.depths && new Float32Array(regressed.y.length);
  const cells = new Int32Array(regressed.y.length).fill(-1);
  regressed.y.forEach((y, i) => {
    const keypoint = i % keypoints;
    const object = Math.floor(i / keypoints);
    const box = boxes?.subarray(object * 4, object * 4 + 4);
    const ranking = candidateRanking(task, box ? sidesOf(box) : [0, 0], deviations[keypoint]);
    const best = bestCandidate(candidates, keypoint, y, regressed.x[i], ranking);
    const at = best.rank * keypoints + keypoint;
    const score = task.candidateRankingMode === "gaussian_weighted" ? best.ranked : candidates.scores[at];
    const candidateY = candidates.positions.y[at];
    const candidateX = candidates.positions.x[at];
    const outcome =
      score < threshold ? "score" : box ? reach(candidateY, candidateX, best.nearest, box, task) : "chosen";
    trace?.push({ rank: best.rank, ranked: best.ranked, outcome });
    if (outcome !== "chosen") return;
    positions.y[i] = candidateY;
    positions.x[i] = candidateX;
    scores[i] = score;
    if (depths && candidates.depths) depths[i] = candidates.depths[at];
    cells[i] = candidates.cells[at];
  });
  return { positions, scores, depths, cells };
}

function keypointDeviations(task: KeypointEstimationTask): number[] {
  return task.keypointLabels.map((label) => {
    const deviation = task.keypointLabelToStd[label] ?? DEFAULT_KEYPOINT_STD;
    return Math.fround(Math.fround(deviation) * Math.fround(task.stdDevMultiplier));
  });
}

interface BestCandidate {
  /** Its rank among the keypoint's candidates. Of equal ones the first is best. */
  rank: number;
  /** The value that it was ranked by. */
  ranked: number;
  /** Distance to the nearest candidate, in cells. */
  nearest: number;
}

function bestCandidate(
  { keypoints, scores, positions, valid }: KeypointCandidates,
  keypoint: number,
  y: number,
  x: number,
  ranking: Ranking,
): BestCandidate {
  const best = { rank: 0, ranked: Number.NEGATIVE_INFINITY, nearest: FAR };
  const count = scores.length / keypoints;
  for (let rank = 0; rank < count; rank++) {
    const at = rank * keypoints + keypoint;
    const isValid = rank < valid[keypoint];
    const distance = isValid ? distanceBetween(y, x, positions.y[at], positions.x[at]) : FAR;
    const ranked = ranking(scores[at], distance);
    if (ranked > best.ranked) {
      best.ranked = ranked;
      best.rank = rank;
    }
    best.nearest = Math.min(best.nearest, distance);
  }
  return best;
}

/** Whether a candidate may be chosen; else what it fails. */
function reach(
  y: number,
  x: number,
  nearest: number,
  box: Float32Array,
  task: KeypointEstimationTask,
): "chosen" | "box" | "distance" {
  const enlarged = enlargedBox(box, task.boxScale);
  const radius = Math.fround(Math.max(...sidesOf(enlarged)) * Math.fround(task.candidateSearchScale));
  const [ymin, xmin, ymax, xmax] = enlarged;
  if (!(y >= ymin && y <= ymax && x >= xmin && x <= xmax)) return "box";
  return nearest <= radius ? "chosen" : "distance";
}

/** Scales a box about its center. */
function enlargedBox(box: Float32Array, scale: number): Float32Array {
  const halfScale = Math.fround(scale) / 2;
  const [height, width] = sidesOf(box);
  const y = Math.fround(box[0] + height / 2);
  const x = Math.fround(box[1] + width / 2);
  const halfHeight = Math.fround(halfScale * height);
  const halfWidth = Math.fround(halfScale * width);
  return Float32Array.of(y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth);
}

function sidesOf(box: Float32Array): [height: number, width: number] {
  return [Math.fround(box[2] - box[0]), Math.fround(box[3] - box[1])];
}

/** As TensorFlow computes it: every step is rounded, including the differences. */
export function distanceBetween(y: number, x: number, otherY: number, otherX: number): number {
  const alongY = Math.fround(y - otherY);
  const alongX = Math.fround(x - otherX);
  const squared = Math.fround(Math.fround(alongY * alongY) + Math.fround(alongX * alongX));
  return Math.fround(Math.sqrt(squared));
}
