import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { float16ToNumber, numberToFloat16 } from "../../src/checkpoints/bytes/float16.ts";
import { type MultiPoseMaps, multiPoseSteps } from "../../src/decode/poses/multiPose.ts";
import { type SinglePoseMaps, singlePoseSteps } from "../../src/decode/poses/singlePose.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { type GoldenCase, readGoldenCase } from "../../src/verify/goldenCase.ts";
import type { MoveNetSteps } from "../../src/verify/taps/movenet.ts";

const GOLDENS = join(import.meta.dirname, "../goldens");

/** The cases of this repository, by their folder below test/goldens. */
export const MOVENET_CASES = [
  "tfjs/movenet-multipose/grace-hopper",
  "tfjs/movenet-multipose/people",
  "tfjs/movenet-multipose/people-192x256",
  "tfjs/movenet-lightning/grace-hopper",
  "tfjs/movenet-thunder/grace-hopper",
] as const;

function goldenFile(name: string, file: string): Promise<Uint8Array> {
  return readFile(join(GOLDENS, name, file));
}

export function readCommittedCase(name: string): Promise<GoldenCase> {
  return readGoldenCase((file) => goldenFile(name, file), name);
}

/** A whole golden map. */
export function mapOf(golden: GoldenCase, name: string): Tensor {
  const tap = golden.taps.find((candidate) => candidate.name === name);
  if (!tap || tap.positions) throw new Error(`${golden.name} has no whole tap ${name}`);
  const [, height, width, channels] = tap.shape;
  return tensor(shapeOf(height, width, channels), Float32Array.from(tap.values));
}

export function sigmoid(logits: Tensor): Tensor {
  return { shape: logits.shape, data: logits.data.map((x) => 1 / (1 + Math.exp(-x))) };
}

/** The plain 5x5 SAME max-pool of a map with one channel. */
export function localMaximum({ shape, data }: Tensor): Tensor {
  const [, height, width] = shape;
  const pooled = data.map((_, cell) => {
    const y = Math.floor(cell / width);
    const x = cell % width;
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row++) {
      for (let column = Math.max(0, x - 2); column <= Math.min(width - 1, x + 2); column++) {
        largest = Math.max(largest, data[row * width + column]);
      }
    }
    return largest;
  });
  return { shape, data: pooled };
}

/** The constants of the models' files: each went through float16 there. */
export const MULTIPOSE_CONSTANTS = {
  maxPersons: 6,
  peakTolerance: 1.0132789611816406e-6,
  gaussianDenominatorRatio: 0.300048828125,
  keypointScoreThreshold: 0.126953125,
};

export function singlePoseConstants(side: number): Parameters<typeof singlePoseSteps>[1] {
  return {
    distanceOffset: 1.7998046875,
    cellSize: halfPrecision(1 / side),
    // Lightning's file holds exactly these; 8 of thunder's 4096 cells are one float16 step off.
    centerWeights: Float32Array.from({ length: side * side }, (_, cell) => {
      const distance = Math.hypot(Math.floor(cell / side) - side / 2, (cell % side) - side / 2);
      return halfPrecision(1 / (distance + 1.8));
    }),
  };
}

function halfPrecision(value: number): number {
  return float16ToNumber(numberToFloat16(value));
}

export function multiPoseMaps(golden: GoldenCase): MultiPoseMaps {
  const centerHeatmap = sigmoid(mapOf(golden, "head.center"));
  return {
    centerHeatmap,
    centerMaximum: localMaximum(centerHeatmap),
    boxSize: mapOf(golden, "head.box_scale"),
    boxOffset: mapOf(golden, "head.box_offset"),
    keypointHeatmap: sigmoid(mapOf(golden, "head.kpt_heatmap")),
    keypointRegression: mapOf(golden, "head.kpt_regress"),
    keypointOffset: mapOf(golden, "head.kpt_offset"),
  };
}

export function singlePoseMaps(golden: GoldenCase): SinglePoseMaps {
  return {
    centerHeatmap: sigmoid(mapOf(golden, "head.center")),
    keypointHeatmap: sigmoid(mapOf(golden, "head.kpt_heatmap")),
    keypointRegression: mapOf(golden, "head.kpt_regress"),
    keypointOffset: mapOf(golden, "head.kpt_offset"),
  };
}

/** The decode, run on the golden heads. */
export function decodeGolden(golden: GoldenCase): MoveNetSteps {
  if (golden.model === "movenet-multipose") return multiPoseSteps(multiPoseMaps(golden), MULTIPOSE_CONSTANTS);
  const maps = singlePoseMaps(golden);
  return singlePoseSteps(maps, singlePoseConstants(maps.centerHeatmap.shape[1]));
}
