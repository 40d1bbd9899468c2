import { describe, expect, test } from "vitest";
import type { TopPeaksQuery } from "../../src/backend/peakQuery.ts";
import { findPeaks, peakLists } from "../../src/decode/findPeaks.ts";
import { detectedObjects } from "../../src/decode/objects/detectedObjects.ts";
import { decodeObjectPeaks, objectPeakQuery } from "../../src/decode/objects/objectPeaks.ts";
import { decodeObjects } from "../../src/decode/objects/objects.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { readCommittedCase } from "../verify/goldenFiles.ts";
import { type ObjectVariant, objectVariants } from "./objectCases.ts";

/** A network's outputs. */
function outputsOf({ maps: { keypointTasks = [], ...boxes } }: ObjectVariant): Record<string, Tensor> {
  const outputs = Object.entries({ ...boxes, ...keypointTasks[0] }).filter(([, map]) => map !== undefined);
  return Object.fromEntries(outputs as [string, Tensor][]);
}

const CASES = [
  ["tf/decode_boxes", 13],
  ["tf/decode_keypoints", 27],
  ["tf/decode_edges", 11],
] as const;

describe.each(CASES)("%s: the peaks alone give what the whole maps give", async (name, count) => {
  const variants = objectVariants(await readCommittedCase(name)).filter(({ maps, settings }) => {
    return maps.boxSize && objectPeakQuery(settings);
  });

  test(`in ${count} variants`, () => expect(variants).toHaveLength(count));

  test.each(variants.map((variant) => [variant.name, variant] as const))("%s", (_, variant) => {
    const { maps, settings, trueShape } = variant;
    const request = objectPeakQuery(settings, trueShape);
    if (!request) throw new Error("no request");
    const found = findPeaks(outputsOf(variant), request);
    const decoded = decodeObjects(maps, settings, trueShape);
    const tasks = settings.keypointEstimationTask;
    const objects = detectedObjects(decodeObjectPeaks(found, settings, trueShape), tasks);
    expect(objects).toEqual(detectedObjects(decoded, tasks));
    expect(found.centers.lists[0].indices).toHaveLength(decoded.peakCount);
  });
});

const FIND: TopPeaksQuery = {
  heatmap: "heat",
  among: "all channels",
  count: 4,
  window: 3,
  tolerance: 1e-6,
  gather: [],
};

test("cells that are no peak fill no row, however many are wanted", () => {
  const heat = tensor(shapeOf(2, 2, 1), Float32Array.of(0.1, 0.9, 0.2, 0.3));
  const [{ scores, indices, gathered: at }] = peakLists({ heat }, { ...FIND, gather: ["heat"] }).lists;
  expect([...indices]).toEqual([1]);
  expect(scores).toEqual(Float32Array.of(0.9));
  expect(at.heat).toEqual(scores);
});

test("of each channel the best, with the channels that are its own", () => {
  const heat = tensor(shapeOf(1, 3, 2), Float32Array.of(0.5, 0, 0.25, 0.75, 0.5, 0));
  const shift = tensor(
    shapeOf(1, 3, 4),
    Float32Array.from({ length: 12 }, (_, i) => i),
  );
  const { lists } = peakLists(
    { heat, shift },
    { ...FIND, among: "each channel", gatherOwnChannel: ["shift"] },
  );
  expect(lists).toEqual([
    {
      scores: Float32Array.of(0.5, 0.5),
      indices: Int32Array.of(0, 4),
      gathered: { shift: Float32Array.of(0, 1, 8, 9) },
    },
    { scores: Float32Array.of(0.75), indices: Int32Array.of(3), gathered: { shift: Float32Array.of(6, 7) } },
  ]);
});

test("without a tolerance only the largest of a window are peaks, equal ones all", () => {
  const near = Math.fround(0.5 - 5e-7);
  const heat = tensor(shapeOf(1, 4, 1), Float32Array.of(near, 0.5, 0.5, near));
  expect([...peakLists({ heat }, FIND).lists[0].indices]).toEqual([1, 2, 0, 3]);
  expect([...peakLists({ heat }, { ...FIND, tolerance: 0 }).lists[0].indices]).toEqual([1, 2]);
});

test("maps of different sizes, and channels that do not belong to one each, are refused", () => {
  const heat = tensor(shapeOf(2, 2, 2));
  const size = tensor(shapeOf(2, 3, 2));
  const shift = tensor(shapeOf(2, 2, 3));
  expect(() => peakLists({ heat, size }, { ...FIND, gather: ["size"] })).toThrow(
    "map size: expected shape [1, 2, 2, 2]",
  );
  expect(() => peakLists({ heat, shift }, { ...FIND, gatherOwnChannel: ["shift"] })).toThrow(
    "map shift: expected a multiple of 2 channels, got 3",
  );
});
