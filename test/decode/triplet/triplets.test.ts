import { describe, expect, test } from "vitest";
import { centralRegion, confirmPair } from "../../../src/decode/triplets/centralRegion.ts";
import { explainPairs } from "../../../src/decode/triplets/explainPairs.ts";
import type { Peak } from "../../../src/decode/triplets/heatmapPeaks.ts";
import {
  bestTriplets,
  confirmingCenters,
  suppressTriplets,
  TRIPLET_SETTINGS,
  viewPeaks,
} from "../../../src/decode/triplets/triplets.ts";
import { placeCenter, placePair, type ViewTransform } from "../../../src/decode/triplets/viewTransform.ts";
import { tensor } from "../../../src/tensor.ts";

const peak = (x: number, y: number, score = 0.5, classIndex = 0): Peak => ({
  x,
  y,
  score,
  class: classIndex,
});
const pairOf = (x1: number, y1: number, x2: number, y2: number, score = 0.5) => {
  return { topLeft: peak(x1, y1, score), bottomRight: peak(x2, y2, score), score };
};
const placed = (x1: number, y1: number, x2: number, y2: number) => {
  return { ...pairOf(x1, y1, x2, y2), box: { x1, y1, x2, y2 }, transform: WHOLE };
};
/** Four pixels a cell, the image as large as the canvas. */
const WHOLE: ViewTransform = {
  mapWidth: 100,
  cellsPerPixelX: 0.25,
  cellsPerPixelY: 0.25,
  left: 0,
  top: 0,
  width: 400,
  height: 400,
  scale: 1,
  mirrored: false,
};

describe("central region", () => {
  test("is the middle third up to 150 x 150 pixels, beyond the middle fifth", () => {
    expect(centralRegion({ x1: 0, y1: 0, x2: 150, y2: 150 })).toEqual({ x1: 50, y1: 50, x2: 100, y2: 100 });
    expect(centralRegion({ x1: 10, y1: 20, x2: 160, y2: 220 })).toEqual({
      x1: 70,
      y1: 100,
      x2: 100,
      y2: 140,
    });
  });

  test("confirms with the first center of the class inside of it, not on its edge", () => {
    const pair = placed(0, 0, 30, 30);
    expect(confirmPair(pair, [peak(10, 15), peak(20, 15), peak(15, 10), peak(15, 20)])).toBeUndefined();
    expect(confirmPair(pair, [peak(15, 15, 0.9, 1)])).toBeUndefined();
    const triplet = confirmPair(pair, [peak(15, 15, 0.2), peak(15, 15, 0.9)]);
    expect(triplet?.center.score).toBe(0.2);
    expect(triplet?.score).toBeCloseTo((0.5 + 0.5 + 0.2) / 3, 6);
  });
});

describe("transform", () => {
  // 40 x 20 cells of a canvas of 160 x 80 pixels, in which an image of 100 x 60, half its size, lies.
  const transform: ViewTransform = {
    mapWidth: 40,
    cellsPerPixelX: 0.25,
    cellsPerPixelY: 0.25,
    left: 30,
    top: 10,
    width: 100,
    height: 60,
    scale: 0.5,
    mirrored: false,
  };

  test("goes from cells to pixels of the image, clipped", () => {
    expect(placePair(pairOf(10, 5, 20, 10), transform)?.box).toEqual({ x1: 20, y1: 20, x2: 100, y2: 60 });
    expect(placePair(pairOf(7, 2, 33, 18), transform)?.box).toEqual({ x1: 0, y1: 0, x2: 200, y2: 120 });
  });

  test("drops what reaches five pixels beyond the scaled image", () => {
    const beyond = [
      pairOf(6.25, 5, 20, 10),
      pairOf(10, 1.25, 20, 10),
      pairOf(10, 5, 33.75, 10),
      pairOf(10, 5, 20, 18.75),
    ];
    for (const pair of beyond) expect(placePair(pair, transform)).toBeUndefined();
  });

  test("turns a mirrored pair back: its left edge was the right one", () => {
    const box = placePair(pairOf(10, 5, 20, 10), { ...transform, mirrored: true })?.box;
    expect(box).toEqual({ x1: 100, y1: 20, x2: 180, y2: 60 });
    expect(placeCenter(peak(10, 5), { ...transform, mirrored: true }, true)).toMatchObject({ x: 180, y: 20 });
  });

  test("clips centers, which the reference does not", () => {
    expect(placeCenter(peak(5, 0), transform, true)).toMatchObject({ x: 0, y: 0 });
    expect(placeCenter(peak(5, 0), transform, false)).toMatchObject({ x: -20, y: -20 });
  });
});

test("the best boxes of all classes stay, with all that score like the last of them", () => {
  const triplets = [0.9, 0.8, 0.7, 0.7, 0.6].map((score, i) => {
    const box = placed(100 * i, 0, 100 * i + 10, 10);
    return { ...box, center: peak(0, 0), class: i % 2, score: Math.fround(score) };
  });
  const settings = { ...TRIPLET_SETTINGS, maxBoxes: 3 };
  const scores = bestTriplets(suppressTriplets(triplets, settings), settings).map(({ score }) => score);
  expect(scores).toEqual([0.9, 0.7, 0.8, 0.7].map(Math.fround));
});

test("centers are those of scale 1, or of the scale nearest to it, plain before mirrored", () => {
  const view = (scale: number, mirrored: boolean, score: number) => {
    const transform = { ...WHOLE, scale, mirrored };
    return { topLeft: [], bottomRight: [], center: [peak(50, 50, score)], transform };
  };
  const views = [view(0.6, false, 0.1), view(1, false, 0.2), view(1, true, 0.3), view(1.8, false, 0.4)];
  const scores = (seen: typeof views) => confirmingCenters(seen, TRIPLET_SETTINGS).map(({ score }) => score);
  expect(scores(views)).toEqual([0.2, 0.3]);
  expect(scores([views[0], views[3]])).toEqual([0.1]);
  expect(scores([])).toEqual([]);
});

test("every pair of corners gets its outcome, best score first", () => {
  const width = 12;
  const map = (channels: number) =>
    tensor([1, width, width, channels], new Float32Array(width * width * channels));
  const offset = map(2);
  const keypoints = (points: [x: number, y: number, score: number, embedding: number][]) => {
    const [heatmap, embedding] = [map(1), map(1)];
    for (const [x, y, score, tag] of points) {
      heatmap.data[y * width + x] = score;
      embedding.data[y * width + x] = tag;
    }
    return { heatmap, offset, embedding };
  };
  const maps = {
    topLeft: keypoints([
      [1, 1, 0.9, 1],
      [6, 6, 0.5, 1],
    ]),
    bottomRight: keypoints([
      [5, 5, 0.8, 1],
      [11, 11, 0.6, 2],
    ]),
    center: keypoints([[3, 3, 0.7, 0]]),
  };
  const transform = {
    ...{ mapWidth: width, cellsPerPixelX: 0.25, cellsPerPixelY: 0.25, scale: 1, mirrored: false },
    ...{ left: 0, top: 0, width: 40, height: 40 },
  };
  const centers = [placeCenter(peak(3, 3, 0.7), transform, true)];
  const explain = (embeddingDistance: number, where = transform, confirming = centers) => {
    const settings = { ...TRIPLET_SETTINGS, embeddingDistance };
    const peaks = viewPeaks({ maps, transform: where }, settings);
    return explainPairs(peaks, confirming, settings).map(({ outcome }) => outcome);
  };
  expect(explain(0.5)).toEqual(["accepted", "embedding", "geometry", "embedding"]);
  expect(explain(1)).toEqual(["accepted", "noCenter", "geometry", "noCenter"]);
  expect(explain(1, { ...transform, width: 38 })).toEqual(["accepted", "outside", "geometry", "outside"]);
  expect(explain(0.5, transform, [])).toEqual(["noCenter", "embedding", "geometry", "embedding"]);
});
