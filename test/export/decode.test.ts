import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { toChannelsFirst } from "../../bench/layouts.ts";
import { decodeObjects } from "../../src/decode/objects/objects.ts";
import {
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  type KeypointEstimationParams,
  OBJECT_CENTER_PARAMS,
} from "../../src/decode/objects/settings.ts";
import { decodeTriplets, TRIPLET_SETTINGS, viewPeaks } from "../../src/decode/triplets/triplets.ts";
import { UsageError } from "../../src/errors.ts";
import { addDecode, type DecodedModel } from "../../src/export/onnx/decode/detections.ts";
import { encodeOnnx } from "../../src/export/onnx/encodeOnnx.ts";
import { OnnxBuilder } from "../../src/export/onnx/onnxGraph.ts";
import { letterbox } from "../../src/image/input/letterbox.ts";
import { type Detection, decodeImage, exportOnnx, modelNamed } from "../../src/index.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { tripletMaps } from "../../src/models/triplets/tripletArchitecture.ts";
import { zooMaps } from "../../src/models/zoo/zooModel.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { elementCount, type Shape, shapeOf, type Tensor } from "../../src/tensor.ts";
import { openOnnx, WITHOUT_RUNTIME } from "../support/onnxRuntime.ts";

type Maps = Readonly<Record<string, Tensor>>;

const [HEIGHT, WIDTH, CLASSES, KEYPOINTS] = [20, 28, 5, 4];
const INPUT = { height: 4 * HEIGHT, width: 4 * WIDTH };
const LABELS = ["a", "b", "c", "d"];

describe.skipIf(WITHOUT_RUNTIME)(
  "the decode in ONNX finds what the decode here finds in the same maps",
  () => {
    const tasks: Record<string, Partial<KeypointEstimationParams>> = {
      "nearest candidates": {},
      "candidates by score and distance": { candidateRankingMode: "score_distance_ratio" },
      "candidates by score and scaled distance": {
        candidateRankingMode: "score_scaled_distance_ratio",
        perKeypointOffset: false,
        boxScale: 1,
      },
      "clipped and rescored": {
        clipOutOfFrameKeypoints: true,
        rescoreInstances: true,
        rescoringThreshold: 0.3,
      },
    };

    test("objects without keypoints", async () => {
      const settings = objectSettings([]);
      const got = await inOnnx(objectMaps(true, 0), { kind: "objects", settings });
      expectObjects(got, objectMaps(true, 0), settings);
    });

    test.each(Object.entries(tasks))("objects with keypoints: %s", async (_, changes) => {
      const task = { ...KEYPOINT_ESTIMATION_PARAMS, perKeypointOffset: true, ...changes };
      const settings = objectSettings([{ ...task, classIndex: 2, keypointLabels: LABELS }]);
      const maps = objectMaps(task.perKeypointOffset, 1);
      const got = await inOnnx(maps, { kind: "objects", settings });
      expectObjects(got, maps, settings);
    });

    test("keypoints in any cell, of a single class", async () => {
      const task = {
        ...KEYPOINT_ESTIMATION_PARAMS,
        perKeypointOffset: true,
        candidateRankingMode: "gaussian_weighted_const" as const,
        argmaxPostprocessing: true,
      };
      const settings = objectSettings([{ ...task, classIndex: 0, keypointLabels: LABELS }]);
      const maps = objectMaps(true, 2, 1);
      const got = await inOnnx(maps, { kind: "objects", settings });
      expectObjects(got, maps, settings);
    });

    test("triplets, before soft-NMS", async () => {
      const maps = cornerMaps();
      const got = await inOnnx(maps, { kind: "triplets", settings: TRIPLET_SETTINGS });
      const transform = {
        mapWidth: WIDTH,
        cellsPerPixelX: WIDTH / INPUT.width,
        cellsPerPixelY: HEIGHT / INPUT.height,
        left: 0,
        top: 0,
        ...INPUT,
        scale: 1,
        mirrored: false,
      };
      const peaks = viewPeaks({ maps: tripletMaps(maps), transform }, TRIPLET_SETTINGS);
      const { confirmed } = decodeTriplets([peaks], TRIPLET_SETTINGS);
      expect(confirmed.length).toBeGreaterThan(20);
      const expected = [...confirmed].sort((a, b) => b.score - a.score);
      expect(got.scores.filter((score) => score > 0)).toEqual(expected.map(({ score }) => score));
      const rows = expected.map((triplet) => [triplet.class, triplet.score, ...Object.values(triplet.box)]);
      const found = rows.map((_, i) => [got.classes[i], got.scores[i], ...got.boxes.slice(4 * i, 4 * i + 4)]);
      expectSameRows(found, rows);
    });

    test.each(["movenet-lightning", "movenet-multipose"])("%s on an image", async (name) => {
      const model = modelNamed(name);
      const size = model.defaultSize;
      const { checkpoint } = await openModelWeights(name);
      const constants = await readWeights(checkpoint, model);
      const photo = decodeImage(new Uint8Array(await readFile("samples/people.jpg")), "people");
      const { image } = letterbox(photo, size);
      const run = await openOnnx(await exportOnnx(name, { decode: true }));
      const dims = [1, size.height, size.width, 3];
      const outputs = await run({ image: { dims, data: Float32Array.from(image.data) } });
      const heads = Object.keys(model.graph(size, constants).outputs).map((head) => {
        const { dims, data } = outputs[head];
        return [head, { shape: dims as unknown as Shape, data: data as Float32Array }];
      });
      const { views, combine } = model.views(image, { size, constants }, {});
      const { detections } = combine([views[0].decode(Object.fromEntries(heads))]);
      expect(Array.from(outputs.classes.data, Number)).toEqual(detections.map(({ classId }) => classId));
      expectClose(
        outputs.scores.data as Float32Array,
        detections.map(({ score }) => score),
        1e-6,
      );
      expectClose(outputs.boxes.data as Float32Array, detections.flatMap(boxOf), 1e-3);
      const keypoints = detections.flatMap(({ keypoints = [] }) =>
        keypoints.flatMap(({ x, y, score }) => [x, y, score]),
      );
      expect(keypoints.length).toBe(detections.length * 17 * 3);
      expectClose(outputs.keypoints.data as Float32Array, keypoints, 1e-3);
    });
  },
);

test("a decode that is not written in ONNX is refused", () => {
  const batchNonMaxSuppression = {
    scoreThreshold: 0,
    iouThreshold: 0.6,
    maxDetectionsPerClass: 10,
    maxTotalDetections: 10,
  };
  const settings = { ...objectSettings([]), postProcessing: { batchNonMaxSuppression } };
  const add = () => fileOf(objectMaps(true, 0), { kind: "objects", settings });
  expect(add).toThrow(UsageError);
  expect(add).toThrow(/decode in ONNX: expected .*, got non-maximum suppression\. Export the heads alone\./);
});

interface Found {
  readonly boxes: number[];
  readonly scores: number[];
  readonly classes: number[];
  readonly keypoints: number[];
}

async function inOnnx(maps: Maps, decoding: DecodedModel["decoding"]): Promise<Found> {
  const run = await openOnnx(fileOf(maps, decoding));
  const feeds = Object.entries(maps).map(([name, map]) => {
    const [, height, width, channels] = map.shape;
    return [name, { dims: [1, channels, height, width], data: toChannelsFirst(map) }];
  });
  const outputs = await run(Object.fromEntries(feeds));
  const numbers = (name: string) => Array.from(outputs[name]?.data ?? [], Number);
  const [boxes, scores, classes, keypoints] = ["boxes", "scores", "classes", "keypoints"].map(numbers);
  return { boxes, scores, classes, keypoints };
}

/** A file whose inputs are the maps of a network. */
function fileOf(maps: Maps, decoding: DecodedModel["decoding"]): Uint8Array {
  const builder = new OnnxBuilder();
  const inputs = Object.entries(maps).map(([name, { shape }]) => {
    const [, height, width, channels] = shape;
    return { name, type: "float32", dims: [1, channels, height, width] } as const;
  });
  const values = Object.entries(maps).map(([name, { shape }]) => [name, { value: name, shape }]);
  const classIds = Array.from({ length: CLASSES }, (_, channel) => channel);
  const keypointCount = KEYPOINTS;
  const known = { decoding, input: INPUT, classIds, keypointCount };
  const outputs = addDecode(builder, Object.fromEntries(values), known);
  return concatenate([...encodeOnnx(builder.build(inputs, outputs), { name: "decode" }).pieces]);
}

function objectSettings(tasks: DecodeSettings["keypointEstimationTask"]): DecodeSettings {
  return { outputStride: 4, objectCenterParams: OBJECT_CENTER_PARAMS, keypointEstimationTask: tasks };
}

function random(channels: number, seed: number, of: (value: number) => number): Tensor {
  const shape = shapeOf(HEIGHT, WIDTH, channels);
  const data = caseData(shape, seed).map(of);
  expect(data.length).toBe(elementCount(shape));
  return { shape, data };
}

const unit = (value: number) => (value + 1) / 2;

function objectMaps(perKeypointOffset: boolean, seed: number, classes = CLASSES): Maps {
  return {
    centerHeatmap: random(classes, seed, unit),
    boxSize: random(2, seed + 10, (value) => 10 * value + 4),
    boxOffset: random(2, seed + 20, unit),
    ...(seed > 0 && {
      keypointHeatmap: random(KEYPOINTS, seed + 30, unit),
      keypointRegression: random(2 * KEYPOINTS, seed + 40, (value) => 12 * value),
      keypointOffset: random(perKeypointOffset ? 2 * KEYPOINTS : 2, seed + 50, unit),
    }),
  };
}

function cornerMaps(): Maps {
  const names = ["topLeft", "bottomRight", "center"];
  const maps = names.flatMap((name, i) => [
    [`${name}Heatmap`, random(2, 100 + i, (value) => (Math.abs(value) > 0.9 ? unit(value) : 0))],
    [`${name}Offset`, random(2, 110 + i, unit)],
    [`${name}Embedding`, random(1, 120 + i, (value) => 0.7 * value)],
  ]);
  return Object.fromEntries(maps.filter(([name]) => name !== "centerEmbedding"));
}

function expectObjects(got: Found, maps: Maps, settings: DecodeSettings): void {
  const decoded = decodeObjects(zooMaps(maps, settings), settings);
  const { height, width } = INPUT;
  expect(decoded.peakCount).toBeGreaterThan(50);
  expectClose(got.scores, decoded.scores, 1e-6);
  expect(got.classes).toEqual([...decoded.centers.classes]);
  const boxes = Array.from(decoded.scores, (_, row) => {
    const [ymin, xmin, ymax, xmax] = decoded.boxes.subarray(4 * row, 4 * row + 4);
    return [xmin * width, ymin * height, xmax * width, ymax * height];
  });
  expectClose(got.boxes, boxes.flat(), 1e-4);
  const { positions, scores } = decoded.keypoints ?? { positions: { x: [], y: [] }, scores: [] };
  const keypoints = Array.from(scores, (score, i) => [
    positions.x[i] * width,
    positions.y[i] * height,
    score,
  ]);
  expectClose(got.keypoints, keypoints.flat(), 1e-4);
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const worst = Array.from(got, (value, i) => Math.abs(value - expected[i])).reduce(
    (a, b) => Math.max(a, b),
    0,
  );
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** In any order of rows that score the same. */
function expectSameRows(got: readonly number[][], expected: readonly number[][]): void {
  const sorted = (rows: readonly number[][]) =>
    rows.map((row) => row.map((n) => n.toFixed(3)).join(" ")).sort();
  expect(sorted(got)).toEqual(sorted(expected));
}

function boxOf({ box: { xmin, ymin, xmax, ymax } }: Detection): number[] {
  return [xmin, ymin, xmax, ymax];
}
