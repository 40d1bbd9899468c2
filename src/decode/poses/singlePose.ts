import type { Point } from "../../detection.ts";
import { UsageError } from "../../errors.ts";
import type { CenterEvidence, KeypointEvidence } from "../../explain/explanation.ts";
import type { Tensor } from "../../tensor.ts";
import type { CenterTrace } from "../centerTrace.ts";
import { cellAt, pointAt } from "../evidence.ts";
import { distanceRescored, weightedCenters } from "../keypointScores.ts";
import {
  type FractionBox,
  keypointShifts,
  type Points,
  type Pose,
  regressedKeypoints,
  shiftedCells,
} from "../keypoints.ts";
import { checkMaps, gatherChannels } from "../maps.ts";
import { argMax } from "../peaks.ts";

/** Outputs of a single-person network, all [1, h, w, channels]. Positions are in cells, y before x. */
export interface SinglePoseMaps {
  /** 1 channel, probabilities. */
  readonly centerHeatmap: Tensor;
  /** One channel per keypoint, probabilities. */
  readonly keypointHeatmap: Tensor;
  /** Two channels per keypoint: from the person's center cell to the keypoint. */
  readonly keypointRegression: Tensor;
  /** Two channels per keypoint: from the keypoint's cell to the keypoint. */
  readonly keypointOffset: Tensor;
}

/** The numbers of the decode, rounded as in the model's file. */
export interface SinglePoseConstants {
  /** [h, w], row-major: about 1 / (distance in cells from the middle of the map + distanceOffset). */
  readonly centerWeights: Float32Array;
  /** In cells. Keeps the nearest cells from outweighing all others. */
  readonly distanceOffset: number;
  /** The side of a cell as a fraction of the input. */
  readonly cellSize: number;
}

/** Every value that the decode computes, for verification. */
export interface SinglePoseSteps {
  readonly kind: "single";
  readonly height: number;
  readonly width: number;
  /** Center heatmap · center weights, [h, w]. */
  readonly weightedCenters: Float32Array;
  /** The cell (flat) of the person's center. */
  readonly centerCell: number;
  /** One per keypoint, in cells. */
  readonly regressed: Points;
  /** [1, h, w, keypoints]. */
  readonly rescored: Tensor;
  /** One cell (flat) per keypoint. */
  readonly keypointCells: Int32Array;
  /** Fractions of the input, not clipped to it. */
  readonly keypoints: Points;
  /** The heatmap's own values at the chosen cells, not the rescored ones. */
  readonly keypointScores: Float32Array;
}

/**
 * The decode of MoveNet SinglePose. It always returns one pose, that of the person nearest to the middle. The
 * network gives neither a score nor a box, so `score` is the mean of the keypoints' scores and `box` the
 * tight box around all keypoints. If a `trace` is given, it is filled in; the result is the same.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function decodeSinglePose(
  maps: SinglePoseMaps,
  constants: SinglePoseConstants,
  trace?: CenterTrace,
): Pose {
  const steps = singlePoseSteps(maps, constants);
  if (trace) traceSinglePose(trace, maps, constants, steps);
  return poseOf(steps);
}

/** Like `decodeSinglePose`, with every intermediate value. */
export function singlePoseSteps(maps: SinglePoseMaps, constants: SinglePoseConstants): SinglePoseSteps {
  checkSinglePoseMaps(maps, constants);
  const [, height, width, keypoints] = maps.keypointHeatmap.shape;
  const centers = weightedCenters(maps.centerHeatmap, constants.centerWeights);
  const centerCell = argMax(centers);
  const center = Int32Array.of(centerCell);
  const regressed = regressedKeypoints(center, gatherChannels(maps.keypointRegression, center), width);
  const rescored = distanceRescored(maps.keypointHeatmap, regressed, constants.distanceOffset);
  const channels = Array.from({ length: keypoints }, (_, keypoint) => keypoint);
  const keypointCells = Int32Array.from(channels, (channel) => argMax(rescored.data, channel, keypoints));
  const { y, x } = shiftedCells(keypointCells, keypointShifts(keypointCells, maps.keypointOffset), width);
  return {
    kind: "single",
    height,
    width,
    weightedCenters: centers,
    centerCell,
    regressed,
    rescored,
    keypointCells,
    keypoints: {
      y: y.map((cells) => cells * constants.cellSize),
      x: x.map((cells) => cells * constants.cellSize),
    },
    keypointScores: Float32Array.from(
      keypointCells,
      (cell, keypoint) => maps.keypointHeatmap.data[cell * keypoints + keypoint],
    ),
  };
}

/** What the steps say of the person, in cells. All cells compete; there are no peaks. */
function traceSinglePose(
  trace: CenterTrace,
  { centerHeatmap, keypointHeatmap, keypointOffset }: SinglePoseMaps,
  { centerWeights }: SinglePoseConstants,
  { weightedCenters, centerCell, regressed, rescored, keypointCells, width }: SinglePoseSteps,
): void {
  trace.searched({
    heatmap: centerHeatmap,
    weights: centerWeights,
    limit: 1,
    isPeak: () => true,
    larger: () => argMax(weightedCenters),
  });
  const positions = shiftedCells(keypointCells, keypointShifts(keypointCells, keypointOffset), width);
  const keypoints = keypointCells.length;
  const evidence = (cell: number, keypoint: number): KeypointEvidence => {
    const at = cellAt(cell, width);
    const expected: Point = pointAt(regressed, keypoint);
    const candidate = {
      ...pointAt(positions, keypoint),
      cell: at,
      value: keypointHeatmap.data[cell * keypoints + keypoint],
      ranked: rescored.data[cell * keypoints + keypoint],
      distance: Math.hypot(at.x - expected.x, at.y - expected.y),
    };
    return { regressed: expected, outcome: "chosen", candidate };
  };
  const center: CenterEvidence = {
    cell: cellAt(centerCell, width),
    classIndex: 0,
    value: centerHeatmap.data[centerCell],
    weight: centerWeights[centerCell],
    rank: 1,
    isPeak: true,
    keypoints: Array.from(keypointCells, evidence),
  };
  trace.centers.push(center);
}

/** The person that the steps result in. */
export function poseOf({ keypoints, keypointScores }: SinglePoseSteps): Pose {
  const sum = keypointScores.reduce((total, score) => total + score, 0);
  return {
    score: sum / keypointScores.length,
    box: tightBox(keypoints),
    keypoints: Array.from(keypointScores, (score, i) => ({ y: keypoints.y[i], x: keypoints.x[i], score })),
  };
}

function tightBox({ y, x }: Points): FractionBox {
  return { ymin: Math.min(...y), xmin: Math.min(...x), ymax: Math.max(...y), xmax: Math.max(...x) };
}

function checkSinglePoseMaps(maps: SinglePoseMaps, { centerWeights }: SinglePoseConstants): void {
  const [, height, width, keypoints] = maps.keypointHeatmap.shape;
  checkMaps<keyof SinglePoseMaps>(
    { ...maps },
    {
      centerHeatmap: 1,
      keypointHeatmap: keypoints,
      keypointRegression: 2 * keypoints,
      keypointOffset: 2 * keypoints,
    },
  );
  if (centerWeights.length !== height * width) {
    const expected = `${height * width} center weights, one per cell`;
    throw new UsageError({ where: "centerWeights", expected, got: String(centerWeights.length) });
  }
}
