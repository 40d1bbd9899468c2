import { describe, expect, test } from "vitest";
import { CenterTrace } from "../../src/decode/centerTrace.ts";
import { HeatmapTrace } from "../../src/decode/heatmapTrace.ts";
import { decodeObjects } from "../../src/decode/objects/objects.ts";
import { decodeMultiPose } from "../../src/decode/poses/multiPose.ts";
import { decodeSinglePose } from "../../src/decode/poses/singlePose.ts";
import {
  decodeTriplets,
  type LoweredTriplet,
  TRIPLET_SETTINGS,
  type TripletMaps,
  viewPeaks,
} from "../../src/decode/triplets/triplets.ts";
import type { CenterEvidence } from "../../src/explain/explanation.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { localMaximum, readCommittedCase } from "../verify/goldenFiles.ts";
import { objectVariants } from "./objectCases.ts";

/** Numbers from 0 to 1 that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomMap(random: () => number, side: number, channels: number, from: number, to: number): Tensor {
  const map = tensor(shapeOf(side, side, channels));
  map.data.forEach((_, i) => {
    map.data[i] = from + (to - from) * random();
  });
  return map;
}

/** Few different values, some of them closer than the tolerance: ties and plateaus are common. */
const LEVELS = [0, 0.1, 0.1 + 5e-7, 0.25, 0.5, 0.5 + 5e-7, 0.75, 0.9].map(Math.fround);

function steppedMap(random: () => number, side: number, channels: number): Tensor {
  const map = tensor(shapeOf(side, side, channels));
  map.data.forEach((_, i) => {
    map.data[i] = LEVELS[Math.floor(random() ** 2 * LEVELS.length)];
  });
  return map;
}

describe.each(["tf/decode_boxes", "tf/decode_keypoints", "tf/decode_edges"])("%s", async (name) => {
  const variants = objectVariants(await readCommittedCase(name));

  test.each(variants.map((variant) => [variant.name, variant] as const))("%s, traced", (_, variant) => {
    const { maps, settings, trueShape } = variant;
    const plain = decodeObjects(maps, settings, trueShape);
    const trace = new CenterTrace();
    const traced = decodeObjects(maps, settings, trueShape, trace);
    // Choices are the trace's; the other holds the map that was given.
    const others = (key: string, value: unknown) =>
      key === "choices" || key === "gaussian" ? undefined : value;
    expect(JSON.stringify(traced, others)).toBe(JSON.stringify(plain, others));
    expect(trace.centers).toHaveLength(plain.peakCount);
    expect(trace.peaks).toBeGreaterThanOrEqual(plain.peakCount);
    // Every row is a detection, or the trace says why not.
    const detected = new Set(plain.detected);
    for (const row of trace.centers.keys()) expect(detected.has(row)).toBe(!trace.dropped.has(row));
    for (const [row, center] of trace.centers.entries()) expectKeypoints(plain, row, center);
  });
});

/** The keypoints of a row are where its evidence says. */
function expectKeypoints(
  { keypoints: found, trueShape, width, height }: ReturnType<typeof decodeObjects>,
  row: number,
  { keypoints = [] }: CenterEvidence,
): void {
  const task = found?.tasks.find(({ rows }) => rows.includes(row));
  expect(keypoints).toHaveLength(task?.columns.length ?? 0);
  if (!found || !task) return;
  keypoints.forEach(({ regressed, candidate, outcome }, i) => {
    const at = row * found.keypoints + task.columns[i];
    const place = outcome === "chosen" ? candidate : regressed;
    const isClipped = [found.positions.x[at], found.positions.y[at]].some((side) => side === 0 || side === 1);
    if (outcome === "none" || !place || isClipped) return;
    const cells = { y: trueShape.height / (height * 4), x: trueShape.width / (width * 4) };
    expect((found.positions.x[at] * cells.x * width).toFixed(3)).toBe(place.x.toFixed(3));
    expect((found.positions.y[at] * cells.y * height).toFixed(3)).toBe(place.y.toFixed(3));
  });
}

describe("the search for peaks, cell by cell, against a plain one", () => {
  const [side, classes, limit] = [9, 3, 20];
  test.each([1, 2, 3, 4, 5])("map %i", (seed) => {
    const random = randomNumbers(seed);
    const heatmap = steppedMap(random, side, classes);
    const trace = new CenterTrace();
    const maps = {
      centerHeatmap: heatmap,
      boxSize: randomMap(random, side, 2, 0, 4),
      boxOffset: randomMap(random, side, 2, 0, 1),
    };
    const objectCenterParams = { maxBoxPredictions: limit, peakMaxPoolKernelSize: 3 };
    const settings = { outputStride: 4, objectCenterParams, keypointEstimationTask: [] };
    const { centers } = decodeObjects(maps, settings, undefined, trace);

    const value = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y >= side || x >= side ? -1 : heatmap.data[(y * side + x) * classes + c];
    const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx]));
    const elements = Array.from(heatmap.data.keys(), (i) => {
      const [c, cell] = [i % classes, Math.floor(i / classes)];
      const [y, x] = [Math.floor(cell / side), cell % side];
      const largest = Math.max(...around.map(([dy, dx]) => value(y + dy, x + dx, c)));
      return { i, x, y, c, own: value(y, x, c), largest, isPeak: largest - value(y, x, c) < 1e-6 };
    });
    const order = elements
      .filter(({ isPeak, own }) => isPeak && own > 0)
      .sort((a, b) => b.own - a.own || a.i - b.i);
    expect(trace.peaks).toBe(order.length);
    for (const element of elements) {
      const { x, y, c, own, largest, isPeak } = element;
      const answer = trace.valueAt({ x, y }, c);
      const rank = order.indexOf(element) + 1;
      expect(answer).toMatchObject({ value: own, isPeak: isPeak && own > 0, peaks: order.length, limit });
      expect(answer.rank).toBe(rank > 0 ? rank : undefined);
      expect(answer.lowest).toBe(order[limit - 1]?.own ?? order.at(-1)?.own);
      expect(answer.larger?.value).toBe(own > 0 && !isPeak ? largest : undefined);
      if (rank > 0 && rank <= limit) expect(centers.candidates.indices[rank - 1]).toBe(element.i);
    }
    const best = Array.from({ length: classes }, (_, c) => value(4, 4, c));
    expect(trace.bestClassAt({ x: 4, y: 4 })).toBe(best.indexOf(Math.max(...best)));
    expect(trace.bestClassAt({ x: 4, y: 4 }, [2])).toBe(2);
  });

  test("a trace that no decode filled in says so", () => {
    expect(() => new HeatmapTrace().valueAt({ x: 0, y: 0 }, 0)).toThrow("was not given to a decode");
  });
});

describe("poses", () => {
  const random = randomNumbers(7);
  const centerHeatmap = steppedMap(random, 16, 1);
  const maps = {
    centerHeatmap,
    centerMaximum: localMaximum(centerHeatmap),
    boxSize: randomMap(random, 16, 2, -2, 9),
    boxOffset: randomMap(random, 16, 2, 0, 1),
    keypointHeatmap: steppedMap(random, 16, 3),
    keypointRegression: randomMap(random, 16, 6, -5, 5),
    keypointOffset: randomMap(random, 16, 6, 0, 1),
  };

  test("of several persons, traced", () => {
    const constants = {
      ...{ maxPersons: 6, peakTolerance: 1e-6 },
      ...{ gaussianDenominatorRatio: 0.3, keypointScoreThreshold: 0.1 },
    };
    const trace = new CenterTrace();
    const poses = decodeMultiPose(maps, constants, trace);
    expect(poses).toEqual(decodeMultiPose(maps, constants));
    expect(trace.centers).toHaveLength(6);
    trace.centers.forEach(({ cell, value, rank, keypoints = [] }, person) => {
      expect(trace.valueAt(cell, 0)).toMatchObject({ value, rank: person + 1, limit: 6 });
      expect(rank).toBe(person + 1);
      keypoints.forEach(({ candidate }, i) => {
        if (candidate) expect(poses[person].keypoints[i].x).toBeCloseTo(candidate.x / 16, 5);
      });
    });
    // The neighbor that beats a cell has the maximum of the window of 5 x 5 around it.
    for (let cell = 0; cell < 256; cell++) {
      const { larger } = trace.valueAt({ x: cell % 16, y: Math.floor(cell / 16) }, 0);
      if (!larger) continue;
      expect(larger.value).toBe(maps.centerMaximum.data[cell]);
      expect(Math.abs(larger.cell.x - (cell % 16))).toBeLessThanOrEqual(2);
      expect(Math.abs(larger.cell.y - Math.floor(cell / 16))).toBeLessThanOrEqual(2);
    }
  });

  test("places that no peak fills are told from peaks", () => {
    const constants = {
      ...{ maxPersons: 6, peakTolerance: 1e-6 },
      ...{ gaussianDenominatorRatio: 0.3, keypointScoreThreshold: 0.1 },
    };
    const heatmap = tensor(shapeOf(16, 16, 1));
    heatmap.data[40] = 0.5;
    const trace = new CenterTrace();
    const one = { ...maps, centerHeatmap: heatmap, centerMaximum: localMaximum(heatmap) };
    decodeMultiPose(one, constants, trace);
    expect(trace.centers.map(({ isPeak }) => isPeak)).toEqual([true, false, false, false, false, false]);
    expect(trace.peaks).toBe(1);
  });

  test("of one person, traced", () => {
    const centerWeights = Float32Array.from({ length: 256 }, () => Math.fround(0.1 + random()));
    const constants = { centerWeights, distanceOffset: 1.8, cellSize: 1 / 16 };
    const trace = new CenterTrace();
    const pose = decodeSinglePose(maps, constants, trace);
    expect(pose).toEqual(decodeSinglePose(maps, constants));
    const [center] = trace.centers;
    expect(trace.valueAt(center.cell, 0)).toMatchObject({ rank: 1, isPeak: true, limit: 1 });
    pose.keypoints.forEach(({ x, y }, i) => {
      const { candidate } = center.keypoints?.[i] ?? {};
      expect([x, y]).toEqual([candidate?.x, candidate?.y].map((cells) => Math.fround((cells ?? 0) / 16)));
    });
    const weighted = centerHeatmap.data.map((value, cell) => value * centerWeights[cell]);
    for (let cell = 0; cell < 256; cell += 7) {
      const own = weighted[cell];
      if (own <= 0) continue;
      const before = weighted.filter((value, i) => value > own || (value === own && i < cell));
      const { rank } = trace.valueAt({ x: cell % 16, y: Math.floor(cell / 16) }, 0);
      expect(rank).toBe(before.length + 1);
    }
  });
});

test("triplets, traced", () => {
  const random = randomNumbers(11);
  const keypoint = () => ({ heatmap: steppedMap(random, 24, 2), offset: randomMap(random, 24, 2, 0, 1) });
  const corner = () => ({ ...keypoint(), embedding: randomMap(random, 24, 1, 0, 1) });
  const maps: TripletMaps = { topLeft: corner(), bottomRight: corner(), center: keypoint() };
  const transform = {
    ...{ mapWidth: 24, cellsPerPixelX: 0.25, cellsPerPixelY: 0.25, scale: 1, mirrored: false },
    ...{ left: 0, top: 0, width: 96, height: 96 },
  };
  const traces = { topLeft: new HeatmapTrace(), bottomRight: new HeatmapTrace(), center: new HeatmapTrace() };
  const view = viewPeaks({ maps, transform }, TRIPLET_SETTINGS, traces);
  expect(view).toEqual(viewPeaks({ maps, transform }, TRIPLET_SETTINGS));
  expect(traces.center.limit).toBe(70);

  const lowered: LoweredTriplet[] = [];
  const decoded = decodeTriplets([view], TRIPLET_SETTINGS, lowered);
  expect(decoded).toEqual(decodeTriplets([view], TRIPLET_SETTINGS));
  const dropped = lowered.filter(({ isDropped }) => isDropped);
  expect(dropped.length).toBe(decoded.confirmed.length - decoded.kept.length);
  for (const { triplet, by } of lowered) expect(triplet.class).toBe(by.class);
  // A score is what its weights leave of it.
  for (const { triplet, score } of decoded.kept) {
    const weights = lowered.filter((row) => row.triplet === triplet).map(({ weight }) => weight);
    const left = weights.reduce((product, weight) => Math.fround(product * weight), triplet.score);
    expect(score).toBe(left);
  }
  // The limits are parameters: whole boxes as central regions confirm more pairs, no distance fewer.
  const counts = (settings: object) =>
    decodeTriplets([view], { ...TRIPLET_SETTINGS, ...settings }).confirmed.length;
  const whole = { smallArea: 0, smallParts: 1, largeParts: 1 };
  expect(counts({ centralRegion: whole })).toBeGreaterThan(decoded.confirmed.length);
  expect(counts({ embeddingDistance: 0.1 })).toBeLessThan(decoded.confirmed.length);
  expect(counts({ maxPairs: 10 })).toBeLessThanOrEqual(10);
});
