import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { heatmapPeaks, type Peak } from "../../../src/decode/triplets/heatmapPeaks.ts";
import { pairCorners, pairRejection } from "../../../src/decode/triplets/pairCorners.ts";
import { tensor } from "../../../src/tensor.ts";
import { OWN_GOLDENS } from "../../support/goldens.ts";
import { tripletGolden, tripletMaps } from "./tripletGoldens.ts";

interface RandomCase {
  index: number;
  K: number;
  kernel: number;
  ae_threshold: number;
  num_dets: number;
  /** Pairs that were not rejected, by image. */
  valid: number[];
}

const golden = await tripletGolden(join(OWN_GOLDENS, "triplet/decode/random"));
const cases = golden.facts.cases as RandomCase[];
const images = cases.flatMap((random) => random.valid.map((valid, image) => ({ ...random, valid, image })));

describe("random maps", () => {
  test.each(images)(
    "case $index, image $image",
    ({ index, image, K, kernel, ae_threshold, num_dets, valid }) => {
      const maps = tripletMaps(golden, image, (name) => `${index}/${name}`);
      const topLeft = heatmapPeaks(maps.topLeft, K, kernel);
      const bottomRight = heatmapPeaks(maps.bottomRight, K, kernel);
      const settings = { embeddingDistance: ae_threshold, maxPairs: num_dets };
      const pairs = pairCorners(topLeft, bottomRight, settings);
      const all = golden.rows(`${index}/detections`).slice(image * num_dets, image * num_dets + valid);
      // The reference's lists are filled up with cells that are no peaks, in no order, at a score of 0.
      const expected = all.filter(([, , , , , first, second]) => first > 0 && second > 0);
      expect(pairs.length).toBe(expected.length);
      for (const [i, { topLeft: first, bottomRight: second, score }] of pairs.entries()) {
        const row = [first.x, first.y, second.x, second.y, score, first.score, second.score, first.class];
        for (const [column, value] of row.entries()) expect(value).toBeCloseTo(expected[i][column], 6);
      }
      const centers = golden.rows(`${index}/center`).slice(image * K, (image + 1) * K);
      const got = heatmapPeaks(maps.center, K, kernel);
      expect(got.length).toBe(centers.filter(([, , , score]) => score > 0).length);
      for (const [i, { x, y, class: index_, score }] of got.entries()) {
        for (const [column, value] of [x, y, index_, score].entries()) {
          expect(value).toBeCloseTo(centers[i][column], 6);
        }
      }
    },
  );
});

const peak = (x: number, y: number, embedding = 0, classIndex = 0): Peak => {
  return { x, y, embedding, class: classIndex, score: 0.5 };
};

test("a rejected pair tells the first reason", () => {
  expect(pairRejection(peak(1, 1), peak(2, 2), 0.5)).toBeUndefined();
  expect(pairRejection(peak(1, 1), peak(1, 1, 0.5), 0.5)).toBeUndefined();
  expect(pairRejection(peak(1, 1), peak(2, 2, 0.6), 0.5)).toBe("embedding");
  expect(pairRejection(peak(1, 1, 0.6), peak(2, 2), 0.5)).toBe("embedding");
  expect(pairRejection(peak(1, 1), peak(2, 2, 9, 1), 0.5)).toBe("class");
  expect(pairRejection(peak(3, 1), peak(2, 2), 0.5)).toBe("geometry");
  expect(pairRejection(peak(1, 3), peak(2, 2), 0.5)).toBe("geometry");
});

test("equal neighbors are both peaks, others are none", () => {
  const heatmap = tensor([1, 1, 5, 1], Float32Array.of(0.3, 0.9, 0.9, 0.2, 0.5));
  const offset = tensor([1, 1, 5, 2], new Float32Array(10).fill(0.25));
  const peaks = heatmapPeaks({ heatmap, offset }, 5, 3);
  expect(peaks.map(({ x, score }) => [x, score])).toEqual([
    [1.25, Math.fround(0.9)],
    [2.25, Math.fround(0.9)],
    [4.25, 0.5],
  ]);
});
