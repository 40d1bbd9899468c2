import { gaussianScore } from "../../decode/keypointScores.ts";
import type { PoseKeypoint } from "../../decode/keypoints.ts";
import { type MultiPoseSteps, posesOf } from "../../decode/poses/multiPose.ts";
import { poseOf, type SinglePoseSteps } from "../../decode/poses/singlePose.ts";
import type { Tolerance } from "../caseDescription.ts";
import type { DecodedTap, TapSource, VerifyOptions } from "../verifyCase.ts";

/**
 * Taps of the three MoveNets: maps the original's tap names to this project's values. `value` names are the
 * graph's: the layer's scope, then its last op.
 */
export type MoveNetSteps = MultiPoseSteps | SinglePoseSteps;

export function movenetTapSource(name: string): TapSource<MoveNetSteps> | undefined {
  return SOURCES.get(name);
}

/**
 * Tolerance for backends that accumulate sums in float64: five times tighter, because the golden run itself,
 * in float32, is within 5e-4 standard deviations of a float64 run.
 */
export const MOVENET_FLOAT64_TOLERANCE: NonNullable<VerifyOptions["tolerance"]> = {
  by: new Map<"tap" | "head", Tolerance>([
    ["tap", { spread: 1e-3, spreadRms: 5e-4 }],
    ["head", { spread: 1e-3, spreadRms: 5e-4 }],
  ]),
  reason: "sums in float64: the golden run itself is within 5e-4 std of a float64 run",
};

const SOURCES = new Map<string, TapSource<MoveNetSteps>>([
  ["conv1", { value: "backbone.stem.relu6" }],
  ["c2", { value: "backbone.block2.add" }],
  ["c3", { value: "backbone.block5.add" }],
  ["c4", { value: "backbone.block9.add" }],
  ["c5", { value: "backbone.top.relu6" }],
  ["p4", { value: "fpn.merge4.relu" }],
  ["p3", { value: "fpn.merge3.relu" }],
  ["p2", { value: "fpn.merge2.relu" }],
  ["head.center", { value: "heads.center.out.bias" }],
  ["head.box_scale", { value: "heads.boxSize.out.bias" }],
  ["head.box_offset", { value: "heads.boxOffset.out.bias" }],
  ["head.kpt_heatmap", { value: "heads.keypointHeatmap.out.bias" }],
  ["head.kpt_regress", { value: "heads.keypointRegression.out.bias" }],
  ["head.kpt_offset", { value: "heads.keypointOffset.out.bias" }],
  ["decode.center_peaks", multi((steps) => score(steps.centerPeaks))],
  ["decode.topk_score", multi((steps) => score(steps.centers.scores))],
  ["decode.topk_index", multi((steps) => score(steps.centers.indices))],
  ["decode.boxes", multi((steps) => cells(steps, steps.candidates.boxes))],
  ["decode.keypoint_score", multi((steps) => score(steps.keypointScores))],
  ["decode.center_weighted", single((steps) => score(steps.weightedCenters))],
  ["decode.center_index", single((steps) => score(Int32Array.of(steps.centerCell)))],
  ["decode.regressed_y", either((steps) => cells(steps, regressedOf(steps).y))],
  ["decode.regressed_x", either((steps) => cells(steps, regressedOf(steps).x))],
  ["decode.rescored", either((steps) => score(rescoredOf(steps)))],
  ["decode.keypoint_index", either((steps) => score(steps.keypointCells))],
  ["output", either((steps) => score(outputOf(steps)))],
]);

function either(decoded: (steps: MoveNetSteps) => DecodedTap): TapSource<MoveNetSteps> {
  return { decoded };
}

function multi(decoded: (steps: MultiPoseSteps) => DecodedTap): TapSource<MoveNetSteps> {
  return { decoded: (steps) => (steps.kind === "multi" ? decoded(steps) : undefined) };
}

function single(decoded: (steps: SinglePoseSteps) => DecodedTap): TapSource<MoveNetSteps> {
  return { decoded: (steps) => (steps.kind === "single" ? decoded(steps) : undefined) };
}

/** Scores, fractions and indices are in the output's units. */
function score(values: DecodedTap["values"]): DecodedTap {
  return { values, unitsPerOutput: 1 };
}

/** One unit of the output is the map's side; the shorter side applies to both axes. */
function cells({ height, width }: MoveNetSteps, values: Float32Array): DecodedTap {
  return { values, unitsPerOutput: Math.min(height, width) };
}

function regressedOf(steps: MoveNetSteps): SinglePoseSteps["regressed"] {
  return steps.kind === "multi" ? steps.candidates.regressed : steps.regressed;
}

/** [h, w, persons, keypoints]. The multi-person decode itself computes only cells that can win. */
function rescoredOf(steps: MoveNetSteps): Float32Array {
  if (steps.kind === "single") return steps.rescored.data;
  const keypoints = steps.candidates.heatmap.shape[3];
  const persons = steps.scores.length;
  const rescored = new Float32Array(steps.height * steps.width * persons * keypoints);
  return rescored.map((_, i) => {
    const keypoint = i % keypoints;
    const person = Math.floor(i / keypoints) % persons;
    return gaussianScore(steps.candidates, Math.floor(i / (keypoints * persons)), person, keypoint);
  });
}

/** The model's own output rows. */
function outputOf(steps: MoveNetSteps): Float32Array {
  if (steps.kind === "single") return Float32Array.from(poseOf(steps).keypoints.flatMap(row));
  return Float32Array.from(
    posesOf(steps).flatMap(({ keypoints, box, score }) => {
      return [...keypoints.flatMap(row), box.ymin, box.xmin, box.ymax, box.xmax, score];
    }),
  );
}

function row({ y, x, score }: PoseKeypoint): number[] {
  return [y, x, score];
}
