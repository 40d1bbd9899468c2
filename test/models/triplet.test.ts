import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertCheckpoint } from "../../src/checkpoints/convertCheckpoint.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import {
  type DetectOptions,
  type Detector,
  ImageError,
  load,
  type RgbImage,
  UsageError,
} from "../../src/index.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { modelNamed } from "../../src/models/models.ts";
import { unpublishedTriplets } from "../../src/models/triplets/triplet.ts";
import { tripletSettings, tripletViews } from "../../src/models/triplets/tripletModel.ts";
import type { TestTimeOptions } from "../../src/models/view.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";

const FOLDER = join(OWN_GOLDENS, "triplet/centernet-tiny");

/** Stripes, so that a mirror image is another image. */
function image(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + Math.floor(i / 50)) % 256);
  return { width, height, data };
}

const small = image(100, 60);
const wide = image(200, 60);

test("networks are recognized at every depth that fits the canvases; deeper ones are refused", () => {
  const ofDepth = (levels: number) => {
    const [channels, blocks] = [new Array(levels + 1).fill(8), new Array(levels + 1).fill(1)];
    return unpublishedTriplets({ hourglass: { stacks: 1, stemChannels: 8, channels, blocks }, classes: 3 });
  };
  for (const levels of [1, 2, 3, 4, 5]) {
    const model = ofDepth(levels);
    for (const { canvas } of tripletViews({ width: 97, height: 140 }, { scales: [1, 1.5] }))
      model.graph(canvas);
    expect(model.backbone).toBe(`Hourglass of 1 x ${levels} levels, triplets`);
  }
  expect(() => ofDepth(6)).toThrow("expected an hourglass of at most 5 levels, ");
});

describe("a narrow network of triplets", () => {
  let detector: Detector;
  beforeAll(async () => {
    const weights = await syntheticStateDict(FOLDER);
    detector = await load(undefined, { weights, backend: "wasm" });
  });
  afterAll(() => detector.dispose());

  test("is recognized by its variables, whatever its name", () => {
    expect(detector.network.model.name).toBe("centernet-triplets");
  });

  test("converted, it is the same model, and read from a Blob as well", async () => {
    const checkpoint = await nameParameters(await syntheticStateDict(FOLDER));
    const { model } = modelOfCheckpoint(checkpoint);
    const { file } = convertCheckpoint(checkpoint, model.name, await readWeights(checkpoint, model), "F32");
    const pieces = [...file.pieces].map((piece) => Uint8Array.from(piece));
    const converted = await load(undefined, { weights: new Blob(pieces), backend: "wasm" });
    expect(converted.network.model.name).toBe("centernet-triplets");
    const { detections } = await converted.detect(small, { score: 0 });
    await converted.dispose();
    expect(detections).toEqual((await detector.detect(small, { score: 0 })).detections);
  });

  test("overlapping calls on images of several sizes give what single calls give", async () => {
    const calls = [small, wide, small, wide].map((image) => detector.detect(image, { flip: true, score: 0 }));
    const together = await Promise.all(calls);
    expect(together[0].detections.length).toBeGreaterThan(0);
    expect(together[2].detections).toEqual(together[0].detections);
    for (const [i, image] of [small, wide].entries()) {
      const alone = await detector.detect(image, { flip: true, score: 0 });
      expect(alone.detections).toEqual(together[i].detections);
    }
  });

  test("each view brings its own pairs; scales merge them", async () => {
    const pairsOf = async (options: { flip?: boolean; scales?: number[] }) => {
      const { explanation } = await detector.detect(small, { ...options, explain: true });
      if (explanation?.family !== "triplets") throw new Error("no explanation of triplets");
      return Object.values(explanation.pairs).reduce((sum, count) => sum + count, 0);
    };
    expect(await pairsOf({})).toBe(4900);
    expect(await pairsOf({ flip: true })).toBe(9800);
    expect(await pairsOf({ flip: true, scales: [0.6, 1, 1.5] })).toBe(29_400);
  });

  test("explains each box by its corners and its center, and tells the best rejected pairs", async () => {
    const options = { flip: true, explain: true, score: 0 };
    const { detections, explanation } = await detector.detect(small, options);
    for (const { box, score, triplet } of detections) {
      if (!triplet) throw new Error("a box without its triplet");
      const { topLeft, bottomRight, center, centralRegion: region, mirrored } = triplet;
      const clip = (value: number, side: number) => Math.max(0, Math.min(value, side));
      const sides = mirrored ? [bottomRight.x, topLeft.x] : [topLeft.x, bottomRight.x];
      expect([box.xmin, box.xmax]).toEqual(sides.map((x) => clip(x, small.width)));
      const ends = [topLeft.y, bottomRight.y].map((y) => clip(y, small.height));
      expect([box.ymin, box.ymax]).toEqual(ends);
      expect(center.x > region.xmin && center.x < region.xmax).toBe(true);
      expect(center.y > region.ymin && center.y < region.ymax).toBe(true);
      expect(triplet.score).toBeCloseTo((topLeft.score + bottomRight.score + center.score) / 3, 5);
      expect(score).toBeLessThanOrEqual(triplet.score);
    }
    if (explanation?.family !== "triplets") throw new Error("no explanation of triplets");
    const { pairs, beyondBestPairs, suppressed, beyondBestBoxes } = explanation;
    expect(pairs.accepted - beyondBestPairs - suppressed - beyondBestBoxes).toBe(detections.length);
    for (const reason of ["class", "embedding", "geometry", "noCenter"] as const) {
      const told = explanation.rejected.filter((pair) => pair.reason === reason);
      expect(told).toHaveLength(Math.min(5, explanation.pairs[reason]));
      const scores = told.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(told.every(({ labels }) => (labels[0] !== labels[1]) === (reason === "class"))).toBe(true);
    }
    expect((await detector.detect(small)).explanation).toBeUndefined();
  });

  test("what is too large is refused before anything runs, and smaller images go on", async () => {
    const large = image(1000, 900);
    await expect(detector.detect(large, { scales: [1, 10], where: "big.png" })).rejects.toThrow(
      /^big\.png at 10111x9087: expected \d+ MB of memory .*got at most 4295 MB.*scales: \[0\.5\]\.$/,
    );
    await expect(detector.detect(large, { scales: [10] })).rejects.toBeInstanceOf(ImageError);
    await expect(detector.detect(image(2000, 2000), { scales: [10] })).rejects.toThrow(
      /expected at most 100000000 pixels in the network's input, got 20095x20095\. Scale it down with scales/,
    );
    expect((await detector.detect(small)).width).toBe(100);
  });

  test("an abort between two views ends it, and the detector works on", async () => {
    const controller = new AbortController();
    const call = detector.detect(small, { scales: [0.5, 1, 2], signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect((await detector.detect(small)).height).toBe(60);
  });

  test("an abort while it is prepared for a size ends it, and the detector works on", async () => {
    await detector.detect(small);
    const controller = new AbortController();
    const call = detector.detect(wide, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect((await detector.detect(wide)).width).toBe(200);
  });

  test("finds more than 100 boxes where more are asked for", async () => {
    const scales = [0.6, 1, 1.2, 1.5, 1.8];
    const found = async (options: DetectOptions) =>
      (await detector.detect(small, { flip: true, scales, score: 0, ...options })).detections.length;
    expect(await found({})).toBe(100);
    expect(await found({ max: 1000 })).toBeGreaterThan(100);
  });

  test("scales without 1 are refused where the reference would break", async () => {
    const scales = [0.5];
    const noPicture = new Uint8Array(9);
    const refused = detector.detect(noPicture, { scales, reproduceReference: true });
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    expect((await detector.detect(small, { scales, flip: true })).detections).toBeDefined();
  });
});

test("a larger max raises the limit of boxes, but not the reference's", () => {
  const limit = (options: TestTimeOptions) => tripletSettings(options).maxBoxes;
  expect([limit({}), limit({ max: 10 }), limit({ max: 300 })]).toEqual([100, 100, 300]);
  expect(limit({ max: 300, reproduceReference: true })).toBe(100);
});

test("views come scale by scale, plain before mirrored, on canvases of 127 modulo 128", () => {
  const views = tripletViews({ width: 300, height: 200 }, { flip: true, scales: [0.6, 1] });
  expect(views.map(({ canvas }) => [canvas.width, canvas.height])).toEqual([
    [255, 127],
    [255, 127],
    [383, 255],
    [383, 255],
  ]);
  expect(views.map(({ transform }) => transform.mirrored)).toEqual([false, true, false, true]);
  expect(views[3].transform).toMatchObject({ mapWidth: 96, scale: 1, width: 300, height: 200, left: 41 });
});

test("no size can be chosen where images decide it, and no view where a model has one", async () => {
  const weights = await syntheticStateDict(FOLDER);
  const inputSize = { height: 511, width: 511 };
  await expect(load(undefined, { weights, inputSize })).rejects.toThrow(
    "input size of centernet-triplets: expected none: each image decides it, got 511x511. Choose the option scales",
  );
  const detector = await load("movenet-lightning");
  await expect(detector.detect(small, { flip: true })).rejects.toThrow(
    "option flip: expected a model that supports it, got movenet-lightning. It runs once per image.",
  );
  await expect(detector.detect(small, { flip: false })).resolves.toBeDefined();
  await detector.dispose();
});

test("who has not the weights is told where they are", async () => {
  expect(modelNamed("centernet-104").weightsHint).toContain("CenterNet-104_480000.pkl");
  await expect(load("centernet-104")).rejects.toThrow(
    /CenterNet-104_480000\.pkl, as the option weights; this program/,
  );
});
