import { describe, expect, test } from "vitest";
import { decodeMultiPose, type MultiPoseMaps } from "../../src/decode/poses/multiPose.ts";
import { decodeSinglePose, type SinglePoseMaps } from "../../src/decode/poses/singlePose.ts";
import { UsageError } from "../../src/errors.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";

const CONSTANTS = {
  maxPersons: 6,
  peakTolerance: 1e-6,
  gaussianDenominatorRatio: 0.3,
  keypointScoreThreshold: 0.1,
};

function multiMaps(height: number, width: number): MultiPoseMaps {
  const map = (channels: number) => tensor(shapeOf(height, width, channels));
  return {
    centerHeatmap: map(1),
    centerMaximum: map(1),
    boxSize: map(2),
    boxOffset: map(2),
    keypointHeatmap: map(3),
    keypointRegression: map(6),
    keypointOffset: map(6),
  };
}

function singleMaps(side: number): SinglePoseMaps {
  const { centerHeatmap, keypointHeatmap, keypointRegression, keypointOffset } = multiMaps(side, side);
  return { centerHeatmap, keypointHeatmap, keypointRegression, keypointOffset };
}

test("a map of fewer cells than persons gives a pose a cell", () => {
  const poses = decodeMultiPose(multiMaps(2, 2), CONSTANTS);
  expect(poses).toHaveLength(4);
  expect(poses.every(({ score }) => score === 0)).toBe(true);
});

test("an empty single-person map gives a pose at its first cell", () => {
  const constants = { centerWeights: new Float32Array(9), distanceOffset: 1.8, cellSize: 1 / 3 };
  const { score, box, keypoints } = decodeSinglePose(singleMaps(3), constants);
  expect(score).toBe(0);
  expect(box).toEqual({ ymin: 0, xmin: 0, ymax: 0, xmax: 0 });
  expect(keypoints).toHaveLength(3);
});

describe("maps that do not fit together", () => {
  test("another size", () => {
    const maps = { ...multiMaps(4, 4), boxOffset: tensor(shapeOf(4, 5, 2)) };
    expect(() => decodeMultiPose(maps, CONSTANTS)).toThrow(
      new UsageError({
        where: "map boxOffset",
        expected: "shape [1, 4, 4, 2]",
        got: "[1, 4, 5, 2] with 40 elements",
      }),
    );
  });

  test("a regression with one channel a keypoint", () => {
    const maps = { ...singleMaps(4), keypointRegression: tensor(shapeOf(4, 4, 3)) };
    const constants = { centerWeights: new Float32Array(16), distanceOffset: 1.8, cellSize: 0.25 };
    expect(() => decodeSinglePose(maps, constants)).toThrow(UsageError);
  });

  test("fewer elements than the shape says", () => {
    const maps = { ...multiMaps(4, 4), boxSize: { shape: shapeOf(4, 4, 2), data: new Float32Array(31) } };
    expect(() => decodeMultiPose(maps, CONSTANTS)).toThrow(/map boxSize: .*31 elements/);
  });

  test("a table of center weights for another input", () => {
    const constants = { centerWeights: new Float32Array(9), distanceOffset: 1.8, cellSize: 0.25 };
    expect(() => decodeSinglePose(singleMaps(4), constants)).toThrow(
      "centerWeights: expected 16 center weights, one per cell, got 9.",
    );
  });
});
