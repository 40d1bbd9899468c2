import { UsageError } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
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

/** A single-person network's output, all [1, h, w, channels]; positions in cells, y before x. */
export interface SinglePoseMaps {
  /** 1 channel, probabilities. */
  readonly centerHeatmap: Tensor;
  /** One channel a keypoint, probabilities. */
  readonly keypointHeatmap: Tensor;
  /** Two channels a keypoint: from the person's center cell to the keypoint. */
  readonly keypointRegression: Tensor;
  /** Two channels a keypoint: from the keypoint's cell to the keypoint. */
  readonly keypointOffset: Tensor;
}

/** The numbers of the decode, with the rounding of the model's file. */
export interface SinglePoseConstants {
  /** [h, w], row-major: about 1 / (distance in cells to the middle of the map + distanceOffset). */
  readonly centerWeights: Float32Array;
  /** Cells; keeps the nearest cells from outweighing everything. */
  readonly distanceOffset: number;
  /** A cell's side as a fraction of the input. */
  readonly cellSize: number;
}

/** Everything that the decode computes on its way. */
export interface SinglePoseSteps {
  readonly kind: "single";
  readonly height: number;
  readonly width: number;
  /** [h, w]: center heatmap · center weights. */
  readonly weightedCenters: Float32Array;
  /** The person's flat cell. */
  readonly centerCell: number;
  /** One a keypoint, in cells. */
  readonly regressed: Points;
  /** [1, h, w, keypoints]. */
  readonly rescored: Tensor;
  /** One flat cell a keypoint. */
  readonly keypointCells: Int32Array;
  /** Fractions of the input, not clipped. */
  readonly keypoints: Points;
  /** The heatmap at the chosen cells, not rescored. */
  readonly keypointScores: Float32Array;
}

/**
 * MoveNet SinglePose's decode: always one pose, whoever is nearest to the middle. The network says nothing
 * of a score or a box: here `score` is the mean keypoint score and `box` the tight box of all keypoints.
 * Throws UsageError for maps that do not fit together.
 */
export function decodeSinglePose(maps: SinglePoseMaps, constants: SinglePoseConstants): Pose {
  return poseOf(singlePoseSteps(maps, constants));
}

/** As `decodeSinglePose`, with every value on the way. */
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

/** The person that the steps lead to. */
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
    const expected = `${height * width} center weights, one a cell`;
    throw new UsageError({ where: "centerWeights", expected, got: String(centerWeights.length) });
  }
}
