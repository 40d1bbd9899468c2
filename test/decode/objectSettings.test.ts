import { expect, test } from "vitest";
import { detectedObjects } from "../../src/decode/objects/detectedObjects.ts";
import type { PoseMaps } from "../../src/decode/objects/keypointCandidates.ts";
import { decodeObjects } from "../../src/decode/objects/objects.ts";
import type { ObjectMaps } from "../../src/decode/objects/readout.ts";
import {
  BATCH_NON_MAX_SUPPRESSION,
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  type KeypointEstimationTask,
  OBJECT_CENTER_PARAMS,
} from "../../src/decode/objects/settings.ts";
import { UsageError } from "../../src/errors.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

const SIDE = 8;

/** A map of 8x8 cells, zero but for some cells (y, x, channel). */
function map(channels: number, cells: [y: number, x: number, channel: number, value: number][] = []): Tensor {
  const zeros = tensor(shapeOf(SIDE, SIDE, channels));
  for (const [y, x, channel, value] of cells) zeros.data[(y * SIDE + x) * channels + channel] = value;
  return zeros;
}

function keypointMaps(keypoints: number, found: [number, number, number, number][] = []): PoseMaps {
  return {
    keypointHeatmap: map(keypoints, found),
    keypointRegression: map(2 * keypoints),
    keypointOffset: map(2 * keypoints),
  };
}

function task(own: Partial<KeypointEstimationTask>): KeypointEstimationTask {
  const shared = { classIndex: 0, keypointLabels: ["nose"], perKeypointOffset: true };
  return { ...KEYPOINT_ESTIMATION_PARAMS, ...shared, ...own };
}

function settings(own: Partial<DecodeSettings> = {}): DecodeSettings {
  return { outputStride: 4, objectCenterParams: OBJECT_CENTER_PARAMS, keypointEstimationTask: [], ...own };
}

/** A class 1 object of 4x2 cells about (2, 3), and a class 0 object of the same size about (5, 5). */
const MAPS: ObjectMaps = {
  centerHeatmap: map(2, [
    [2, 3, 1, 0.75],
    [5, 5, 0, 0.5],
  ]),
  boxSize: tensor(
    shapeOf(SIDE, SIDE, 2),
    map(2).data.map((_, i) => (i % 2 === 0 ? 4 : 2)),
  ),
  boxOffset: map(2),
};

test("detections are the peaks, as fractions of the image", () => {
  const decoded = decodeObjects(MAPS, settings(), { height: 32, width: 16 });
  expect(decoded.peakCount).toBe(2);
  expect(decoded.scores).toHaveLength(100);
  expect(detectedObjects(decoded, [])).toEqual([
    { classIndex: 1, score: 0.75, box: { ymin: 0, xmin: 0.5, ymax: 0.5, xmax: 1 } },
    { classIndex: 0, score: 0.5, box: { ymin: 0.375, xmin: 1, ymax: 0.875, xmax: 1 } },
  ]);
});

test("two tasks: each class has its own keypoints, where the label map puts them", () => {
  const tasks = [
    task({ classIndex: 1, keypointLabels: ["beak", "tail"], keypointIndices: [2, 0] }),
    task({ classIndex: 0, keypointLabels: ["nose"], keypointIndices: [1], perKeypointOffset: false }),
  ];
  const birds = keypointMaps(2, [
    [1, 3, 0, 0.5],
    [3, 3, 1, 0.25],
  ]);
  const persons = { ...keypointMaps(1, [[6, 5, 0, 1]]), keypointOffset: map(2, [[6, 5, 0, 0.25]]) };
  const maps = { ...MAPS, keypointTasks: [birds, persons] };
  const decoded = decodeObjects(maps, settings({ keypointEstimationTask: tasks }));
  const [bird, person] = detectedObjects(decoded, tasks);
  expect(bird.keypoints).toEqual([
    { label: "beak", y: 0.125, x: 0.375, score: 0.5 },
    { label: "tail", y: 0.375, x: 0.375, score: 0.25 },
  ]);
  expect(person.keypoints).toEqual([{ label: "nose", y: 6.25 / 8, x: 0.625, score: 1 }]);
  expect(Array.from(decoded.keypoints?.scores.subarray(0, 6) ?? [])).toEqual([0.25, 0, 0.5, 0, 1, 0]);
});

test("a rescored class leaves the other as it is", () => {
  const tasks = [task({ classIndex: 0, rescoreInstances: true })];
  const maps = { ...MAPS, keypointTasks: [keypointMaps(1, [[5, 6, 0, 0.5]])] };
  const decoded = decodeObjects(maps, settings({ keypointEstimationTask: tasks }));
  expect(Array.from(decoded.scores.subarray(0, 2))).toEqual([0.75, 0.25]);
  expect(detectedObjects(decoded, tasks).map(({ score }) => score)).toEqual([0.75, 0.25]);
  // Non-maximum suppression goes by the centers again, and leaves their scores.
  const suppression = { postProcessing: { batchNonMaxSuppression: BATCH_NON_MAX_SUPPRESSION } };
  const suppressed = decodeObjects(maps, settings({ keypointEstimationTask: tasks, ...suppression }));
  expect(detectedObjects(suppressed, tasks).map(({ score }) => score)).toEqual([0.75, 0.5]);
});

test("of two candidates equally far away the one of the higher score is taken", () => {
  const tasks = [task({ classIndex: 1 })];
  const found: [number, number, number, number][] = [
    [1, 3, 0, 0.5],
    [3, 3, 0, 0.75],
  ];
  const maps = { ...MAPS, keypointTasks: [keypointMaps(1, found)] };
  const [object] = detectedObjects(decodeObjects(maps, settings({ keypointEstimationTask: tasks })), tasks);
  expect(object.keypoints).toEqual([{ label: "nose", y: 0.375, x: 0.375, score: 0.75 }]);
});

test("keypoints outside of the image are moved only where all tasks say so", () => {
  const outside = { ...keypointMaps(1), keypointRegression: map(2, [[5, 5, 0, 9]]) };
  const maps = { ...MAPS, keypointTasks: [outside, keypointMaps(1)] };
  const noseOf = (second: boolean) => {
    const tasks = [
      task({ clipOutOfFrameKeypoints: true }),
      task({ classIndex: 1, clipOutOfFrameKeypoints: second }),
    ];
    const decoded = decodeObjects(maps, settings({ keypointEstimationTask: tasks }));
    return detectedObjects(decoded, tasks)[1].keypoints;
  };
  expect(noseOf(false)).toEqual([{ label: "nose", y: 1.75, x: 0.625, score: Math.fround(0.1) }]);
  expect(noseOf(true)).toEqual([{ label: "nose", y: 1, x: 0.625, score: 0 }]);
});

test("depth is the candidate's, and 0 for a keypoint that found none", () => {
  const tasks = [task({ keypointLabels: ["nose", "tail"], predictDepth: true })];
  const found = { ...keypointMaps(2, [[2, 3, 0, 0.5]]), keypointDepth: map(1, [[2, 3, 0, 7]]) };
  const maps = { ...MAPS, centerHeatmap: map(1, [[2, 3, 0, 0.75]]), keypointTasks: [found] };
  const decoded = decodeObjects(maps, settings({ keypointEstimationTask: tasks }));
  expect(detectedObjects(decoded, tasks)[0].keypoints?.map(({ depth }) => depth)).toEqual([7, 0]);
});

test("without boxes an object's box is that of its keypoints", () => {
  const tasks = [task({ classIndex: 1, keypointLabels: ["beak", "tail"] })];
  const birds = keypointMaps(2, [
    [1, 3, 0, 0.5],
    [4, 2, 1, 0.5],
  ]);
  const maps = { centerHeatmap: MAPS.centerHeatmap, keypointTasks: [birds] };
  const decoded = decodeObjects(maps, settings({ keypointEstimationTask: tasks }));
  expect(detectedObjects(decoded, tasks)[0].box).toEqual({ ymin: 0.125, xmin: 0.25, ymax: 0.5, xmax: 0.375 });
});

test("suppression keeps the better of two objects of a class", () => {
  const centerHeatmap = map(2, [
    [2, 3, 1, 0.75],
    [4, 3, 1, 0.5],
    [2, 5, 0, 0.25],
  ]);
  const batchNonMaxSuppression = { ...BATCH_NON_MAX_SUPPRESSION, iouThreshold: 0.3 };
  const decoded = decodeObjects(
    { ...MAPS, centerHeatmap },
    settings({ postProcessing: { batchNonMaxSuppression } }),
  );
  expect(decoded.peakCount).toBe(3);
  expect(Array.from(decoded.detected)).toEqual([0, 2]);
});

const nose = { ...MAPS, keypointTasks: [keypointMaps(1)] };
const wrong: [string, ObjectMaps, Partial<DecodeSettings>, string][] = [
  ["one box map", { ...MAPS, boxSize: undefined }, {}, "maps: expected boxSize and boxOffset or neither"],
  ["box channels", { ...MAPS, boxSize: map(1) }, {}, "map boxSize: expected shape [1, 8, 8, 2]"],
  ["a missing task", MAPS, { keypointEstimationTask: [task({})] }, "maps: expected maps of 1 keypoint tasks"],
  [
    "depth without a map",
    nose,
    { keypointEstimationTask: [task({ predictDepth: true })] },
    "a map keypointDepth",
  ],
  [
    "shared offsets that are not",
    { ...MAPS, keypointTasks: [keypointMaps(2)] },
    { keypointEstimationTask: [task({ keypointLabels: ["a", "b"], perKeypointOffset: false })] },
    "map keypointOffset of keypoint task 0: expected shape [1, 8, 8, 2]",
  ],
  [
    "depth of several classes",
    { ...MAPS, keypointTasks: [{ ...keypointMaps(1), keypointDepth: map(1) }] },
    { keypointEstimationTask: [task({ predictDepth: true })] },
    "predictDepth: expected one class",
  ],
  [
    "a mode of argmax alone",
    nose,
    { keypointEstimationTask: [task({ candidateRankingMode: "gaussian_weighted_const" })] },
    "candidateRankingMode: expected gaussian_weighted_const together with argmaxPostprocessing",
  ],
  [
    "a mode that needs boxes",
    { centerHeatmap: MAPS.centerHeatmap, keypointTasks: [keypointMaps(1)] },
    { keypointEstimationTask: [task({ candidateRankingMode: "gaussian_weighted" })] },
    "candidateRankingMode: expected box maps",
  ],
  [
    "an unknown mode",
    nose,
    { keypointEstimationTask: [task({ candidateRankingMode: "nearest" as "min_distance" })] },
    "candidateRankingMode: expected one of min_distance",
  ],
  [
    "an index beyond the keypoints",
    nose,
    { keypointEstimationTask: [task({ keypointIndices: [1] })] },
    "keypointIndices: expected 1 numbers from 0 to 0, got 1",
  ],
  [
    "no candidates",
    nose,
    { keypointEstimationTask: [task({ numCandidatesPerKeypoint: 0 })] },
    "numCandidatesPerKeypoint: expected a whole number, 1 or more, got 0",
  ],
  [
    "half a row",
    MAPS,
    { objectCenterParams: { maxBoxPredictions: 0.5, peakMaxPoolKernelSize: 3 } },
    "maxBoxPredictions: expected a whole number, 1 or more, got 0.5",
  ],
];

test.each(wrong)("%s is refused", (_, maps, own, message) => {
  const decode = () => decodeObjects(maps, settings(own));
  expect(decode).toThrow(UsageError);
  expect(decode).toThrow(message);
});

test("an image without a side is refused", () => {
  const decode = () => decodeObjects(MAPS, settings(), { height: 0, width: 4 });
  expect(decode).toThrow("trueShape.height: expected a whole number, 1 or more, got 0");
});
