import type { Tensor } from "../../tensor.ts";
import { boxesAsFractions, boxesInCells } from "../boxes.ts";
import type { CenterTrace } from "../centerTrace.ts";
import { boxAt, gaussianEvidence, pointAt, rankedElement, vectorAt } from "../evidence.ts";
import { nearestWith } from "../heatmapTrace.ts";
import {
  type GaussianCandidates,
  gaussianCells,
  gaussianDenominator,
  gaussianKeypointScores,
  instanceScores,
} from "../keypointScores.ts";
import { keypointShifts, type Points, type Pose, regressedKeypoints, shiftedCells } from "../keypoints.ts";
import { checkMaps, gatherChannels } from "../maps.ts";
import { isNearMaximum, type Ranked, suppressNonPeaks, topK } from "../peaks.ts";

/**
 * Outputs of a multi-person network, all [1, h, w, channels]. Positions and sizes are in cells, y before x.
 */
export interface MultiPoseMaps {
  /** 1 channel, probabilities. */
  readonly centerHeatmap: Tensor;
  /** The local maximum of the center heatmap: its 5×5 max-pool of stride 1. */
  readonly centerMaximum: Tensor;
  /** 2 channels; negative sizes count as 0. */
  readonly boxSize: Tensor;
  /** 2 channels. */
  readonly boxOffset: Tensor;
  /** One channel per keypoint, probabilities. */
  readonly keypointHeatmap: Tensor;
  /** Two channels per keypoint: from the person's center cell to the keypoint. */
  readonly keypointRegression: Tensor;
  /** Two channels per keypoint: from the keypoint's cell to the keypoint. */
  readonly keypointOffset: Tensor;
}

/** Side in cells of the pool that makes `centerMaximum`. */
export const PEAK_WINDOW = 5;

/** The numbers of the decode, rounded as in the model's file. */
export interface MultiPoseConstants {
  /** How many centers are decoded. */
  readonly maxPersons: number;
  /** A center is a peak if it is this close to its local maximum. */
  readonly peakTolerance: number;
  /** See `gaussianDenominator`. */
  readonly gaussianDenominatorRatio: number;
  /** A keypoint counts towards its person's score only above this. */
  readonly keypointScoreThreshold: number;
}

/**
 * Every value that the decode computes, for verification. Persons are in the order of their centers' scores.
 */
export interface MultiPoseSteps {
  readonly kind: "multi";
  readonly height: number;
  readonly width: number;
  /** The center heatmap at its peaks, 0 elsewhere, [h, w]. */
  readonly centerPeaks: Float32Array;
  /** Scores and cells (flat) of the persons' centers. */
  readonly centers: Ranked;
  /** What the keypoints are chosen from: the heatmap, and boxes and regressed keypoints in cells. */
  readonly candidates: GaussianCandidates;
  /** [persons, keypoints], flat cells. */
  readonly keypointCells: Int32Array;
  /** [persons, keypoints]. */
  readonly keypointScores: Float32Array;
  /** [persons, keypoints], fractions of the input, not clipped. */
  readonly keypoints: Points;
  /** Rows of (ymin, xmin, ymax, xmax), fractions of the input within [0, 1]. */
  readonly boxes: Float32Array;
  /** One per person. */
  readonly scores: Float32Array;
}

/**
 * The decode of MoveNet MultiPose. It always returns `maxPersons` poses (fewer only if the map has fewer
 * cells), in the order of their centers' scores, which may differ from the order of the poses' own scores.
 * If a `trace` is given, it is filled in; the result is the same.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function decodeMultiPose(
  maps: MultiPoseMaps,
  constants: MultiPoseConstants,
  trace?: CenterTrace,
): Pose[] {
  const steps = multiPoseSteps(maps, constants);
  if (trace) traceMultiPose(trace, maps, constants, steps);
  return posesOf(steps);
}

/** Like `decodeMultiPose`, with every intermediate value. */
export function multiPoseSteps(maps: MultiPoseMaps, constants: MultiPoseConstants): MultiPoseSteps {
  checkMultiPoseMaps(maps);
  const [, height, width] = maps.centerHeatmap.shape;
  const centerPeaks = suppressNonPeaks(maps.centerHeatmap, maps.centerMaximum, constants.peakTolerance);
  const centers = topK(centerPeaks, constants.maxPersons);
  const sizes = gatherChannels(maps.boxSize, centers.indices);
  const offsets = gatherChannels(maps.boxOffset, centers.indices);
  const candidates = {
    heatmap: maps.keypointHeatmap,
    boxes: boxesInCells(centers.indices, sizes, offsets, { height, width }),
    regressed: regressedKeypoints(
      centers.indices,
      gatherChannels(maps.keypointRegression, centers.indices),
      width,
    ),
    denominator: gaussianDenominator(height, width, constants.gaussianDenominatorRatio),
  };
  const keypointCells = gaussianCells(candidates);
  const keypointScores = gaussianKeypointScores(candidates, keypointCells);
  const positions = shiftedCells(keypointCells, keypointShifts(keypointCells, maps.keypointOffset), width);
  return {
    kind: "multi",
    height,
    width,
    centerPeaks,
    centers,
    candidates,
    keypointCells,
    keypointScores,
    keypoints: asFractions(positions, height, width),
    boxes: boxesAsFractions(candidates.boxes, { height, width }),
    scores: instanceScores(centers.scores, keypointScores, constants.keypointScoreThreshold),
  };
}

/** What the steps say of each person, in cells. */
function traceMultiPose(
  trace: CenterTrace,
  { centerHeatmap: heatmap, centerMaximum, boxSize, boxOffset, keypointOffset }: MultiPoseMaps,
  { maxPersons, peakTolerance }: MultiPoseConstants,
  { centers, candidates, keypointCells, width }: MultiPoseSteps,
): void {
  const maximum = centerMaximum.data;
  trace.searched({
    heatmap,
    limit: maxPersons,
    window: PEAK_WINDOW,
    isPeak: (cell) => isNearMaximum(heatmap.data[cell], maximum[cell], peakTolerance),
    larger: (cell) => nearestWith(heatmap, cell, maximum[cell]),
  });
  const sizes = gatherChannels(boxSize, centers.indices);
  const offsets = gatherChannels(boxOffset, centers.indices);
  const positions = shiftedCells(keypointCells, keypointShifts(keypointCells, keypointOffset), width);
  const keypoints = candidates.heatmap.shape[3];
  centers.indices.forEach((_, person) => {
    const size = vectorAt(sizes, person);
    trace.centers.push({
      ...rankedElement(centers, person, 1, width),
      offset: vectorAt(offsets, person),
      size: { width: size.x, height: size.y },
      boxInCells: boxAt(candidates.boxes, person),
      keypoints: Array.from({ length: keypoints }, (_, keypoint) => {
        const i = person * keypoints + keypoint;
        const chosen = { cell: keypointCells[i], position: pointAt(positions, i) };
        return gaussianEvidence(candidates, { instance: person, keypoint, ...chosen });
      }),
    });
  });
}

/** The persons that the steps result in. */
export function posesOf(steps: MultiPoseSteps): Pose[] {
  const keypoints = steps.candidates.heatmap.shape[3];
  return Array.from(steps.scores, (score, person) => {
    const [ymin, xmin, ymax, xmax] = steps.boxes.subarray(person * 4, person * 4 + 4);
    return {
      score,
      box: { ymin, xmin, ymax, xmax },
      keypoints: Array.from({ length: keypoints }, (_, keypoint) => {
        const i = person * keypoints + keypoint;
        return { y: steps.keypoints.y[i], x: steps.keypoints.x[i], score: steps.keypointScores[i] };
      }),
    };
  });
}

function asFractions({ y, x }: Points, height: number, width: number): Points {
  const cellHeight = Math.fround(1 / height);
  const cellWidth = Math.fround(1 / width);
  return { y: y.map((position) => position * cellHeight), x: x.map((position) => position * cellWidth) };
}

function checkMultiPoseMaps(maps: MultiPoseMaps): void {
  const keypoints = maps.keypointHeatmap.shape[3];
  checkMaps<keyof MultiPoseMaps>(
    { ...maps },
    {
      centerHeatmap: 1,
      centerMaximum: 1,
      boxSize: 2,
      boxOffset: 2,
      keypointHeatmap: keypoints,
      keypointRegression: 2 * keypoints,
      keypointOffset: 2 * keypoints,
    },
  );
}
