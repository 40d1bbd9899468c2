import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, Plan } from "../../../src/backend/executor.ts";
import { squaredDistance } from "../../../src/decode/keypointScores.ts";
import { type MultiPoseMaps, multiPoseSteps, posesOf } from "../../../src/decode/poses/multiPose.ts";
import { multiPosePeaks, type PosePeaks, singlePosePeaks } from "../../../src/decode/poses/posePeaks.ts";
import { poseOf, type SinglePoseMaps, singlePoseSteps } from "../../../src/decode/poses/singlePose.ts";
import { MAX_BYTES } from "../../../src/executors/wgsl/peaks/peakFinder.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { shapeOf, type Tensor, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { countReadBytes, destroyAtDispatch } from "../../support/faultyGpu.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import {
  localMaximum,
  MOVENET_CASES,
  MULTIPOSE_CONSTANTS,
  multiPoseMaps,
  readCommittedCase,
  singlePoseConstants,
  singlePoseMaps,
} from "../../verify/goldenFiles.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

type Maps = Record<string, Tensor>;

/** A decoder and its query. */
interface Decode {
  readonly peaks: PosePeaks | undefined;
  /** All intermediate choices, and the poses. */
  decoded(maps: Maps): object;
}

interface PoseCase {
  readonly title: string;
  readonly maps: Maps;
  readonly decode: Decode;
  /** Min number of keypoint elements that must be listed, without those of the first cell. */
  readonly listed?: number;
  /** Set if the device cannot answer, so that the whole maps come back. */
  readonly whole?: true;
}

type Numbers = (y: number, x: number, channel: number, i: number) => number;

/** Between 0 and 1, different for each element: multiplication in the field of 8191 elements. */
const scattered = (i: number) => (((i + 1) * 1733) % 8191) / 8191;

const [HEIGHT, WIDTH, KEYPOINTS] = [14, 12, 5];
const SIDE = 12;

function map(channels: number, numbers: Numbers, height = HEIGHT, width = WIDTH): Tensor {
  const made = tensor(shapeOf(height, width, channels));
  made.data.forEach((_, i) => {
    const cell = Math.floor(i / channels);
    made.data[i] = numbers(Math.floor(cell / width), cell % width, i % channels, i);
  });
  return made;
}

/** Maps of scattered numbers, except for those given. */
function singleMaps(
  given: Partial<Record<keyof SinglePoseMaps, Numbers>>,
  [height, width] = [SIDE, SIDE],
  keypoints = KEYPOINTS,
): Maps {
  const made = (name: keyof SinglePoseMaps, channels: number, numbers: Numbers) => {
    return map(channels, given[name] ?? numbers, height, width);
  };
  return {
    centerHeatmap: made("centerHeatmap", 1, (_y, _x, _c, i) => scattered(i)),
    keypointHeatmap: made("keypointHeatmap", keypoints, (_y, _x, _c, i) => scattered(i + 7)),
    keypointRegression: made("keypointRegression", 2 * keypoints, (_y, _x, _c, i) => 9 * scattered(i) - 4.5),
    keypointOffset: made("keypointOffset", 2 * keypoints, (_y, _x, _c, i) => scattered(i + 3) - 0.5),
  };
}

type MultiNumbers = Partial<Record<Exclude<keyof MultiPoseMaps, "centerMaximum">, Numbers>>;

function multiMaps(given: MultiNumbers, [height, width] = [HEIGHT, WIDTH], keypoints = KEYPOINTS): Maps {
  const maps = singleMaps(given, [height, width], keypoints);
  return {
    ...maps,
    centerMaximum: localMaximum(maps.centerHeatmap),
    boxSize: map(2, given.boxSize ?? ((_y, _x, _c, i) => 2 + 6 * scattered(i + 11)), height, width),
    boxOffset: map(2, given.boxOffset ?? ((_y, _x, _c, i) => scattered(i + 13)), height, width),
  };
}

function multi(
  title: string,
  maps: Maps,
  more: Pick<PoseCase, "listed" | "whole"> = {},
  constants = MULTIPOSE_CONSTANTS,
): PoseCase {
  const [, height, width] = maps.centerHeatmap.shape;
  const decode: Decode = {
    peaks: multiPosePeaks(constants, 5, { height, width }),
    decoded(given) {
      const steps = multiPoseSteps(given as unknown as MultiPoseMaps, constants);
      const { centerPeaks: _peaks, candidates, ...chosen } = steps;
      const { boxes, regressed } = candidates;
      return { ...chosen, boxesInCells: boxes, regressed, poses: posesOf(steps) };
    },
  };
  return { title: `several persons: ${title}`, maps, decode, ...more };
}

function single(title: string, maps: Maps, more: Pick<PoseCase, "listed" | "whole"> = {}): PoseCase {
  const constants = singlePoseConstants(maps.centerHeatmap.shape[1]);
  const decode: Decode = {
    peaks: singlePosePeaks(constants),
    decoded(given) {
      const steps = singlePoseSteps(given as unknown as SinglePoseMaps, constants);
      const { weightedCenters: _centers, rescored: _rescored, ...chosen } = steps;
      return { ...chosen, pose: poseOf(steps) };
    },
  };
  return { title: `one person: ${title}`, maps, decode, ...more };
}

/** Six centers: one at (6, 5), five away from it. */
const isCenter = (y: number, x: number) => (y === 6 && x === 5) || (y % 12 === 0 && x % 5 === 0);
const sixPersons: Numbers = (y, x) =>
  y === 6 && x === 5 ? 0.9 : isCenter(y, x) ? 0.5 + y / 99 + x / 999 : 0;
/** The other boxes contain no cell. */
const onlyFirstBox = (side: number): Numbers => {
  return (y, x) => (y === 6 && x === 5 ? side : -1);
};
const DENOMINATOR = Math.fround(Math.min(HEIGHT, WIDTH) * MULTIPOSE_CONSTANTS.gaussianDenominatorRatio);

/** Regressed by (−0.3, 0.4). Scores within `radius` of it are `target` after weighting, up to the rounding of float32. */
const pointOfFirst = [5.7, 5.4] as const;
const regressionOfFirst: Numbers = (_y, _x, c) => (c % 2 === 0 ? -0.3 : 0.4);
function tied(target: number, radius: number, weight: (squared: number) => number): Numbers {
  const [pointY, pointX] = pointOfFirst.map(Math.fround);
  return (y, x) => {
    const squared = squaredDistance(y, x, pointY, pointX);
    return squared > radius ** 2 ? 0 : target / weight(squared);
  };
}
const gaussian = (squared: number) => Math.exp(-squared / DENOMINATOR);
const nearness = (squared: number) => 1 / (Math.sqrt(squared) + singlePoseConstants(SIDE).distanceOffset);
const centerOfOne: Numbers = (y, x) => (y === 6 && x === 5 ? 0.9 : 0.01);

/** On a diagonal, from the smallest normal number down to below the smallest subnormal one. */
const smallest: Numbers = (y, x, c) => (y + x === 9 ? 2 ** (-123 - 3 * x - c) : 0);

/** The maps, with one number of one map replaced. */
function spoilt(maps: Maps, name: string, value: number): Maps {
  const { shape, data } = maps[name];
  const other = Float32Array.from(data);
  other[other.length - 3] = value;
  return { ...maps, [name]: { shape, data: other } };
}

const SPOILERS: readonly (readonly [title: string, map: string, value: number])[] = [
  ["a score that is not a number", "keypointHeatmap", Number.NaN],
  ["an infinite score", "keypointHeatmap", Number.POSITIVE_INFINITY],
  ["a negative score", "keypointHeatmap", -0.25],
  ["a score that no probability rounds to", "keypointHeatmap", 2],
  ["an offset that is not a number", "keypointOffset", Number.NaN],
  ["an infinite regression", "keypointRegression", Number.NEGATIVE_INFINITY],
  ["an infinite center", "centerHeatmap", Number.POSITIVE_INFINITY],
];

const CASES: readonly PoseCase[] = [
  multi("scores all over the map", multiMaps({})),
  multi("17 keypoints on a wide map", multiMaps({}, [9, 31], 17)),
  multi("a plateau of centers: the first six cells", multiMaps({ centerHeatmap: () => 0.25 })),
  multi(
    "centers in the corners and beside the borders",
    multiMaps({ centerHeatmap: (y, x) => (y % 13 < 1 && x % 11 < 1 ? 0.9 : scattered(y + x) / 2) }),
  ),
  multi("equal scores everywhere", multiMaps({ keypointHeatmap: () => 0.5 })),
  multi(
    "points midway between four cells, which are equally good",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: () => 9,
      keypointRegression: () => 1.5,
      keypointHeatmap: () => 0.75,
    }),
    { listed: 4 * KEYPOINTS },
  ),
  multi(
    "scores that only the decoder's own rounding can tell apart",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: onlyFirstBox(9),
      keypointRegression: regressionOfFirst,
      keypointHeatmap: tied(0.125, 2.5, gaussian),
    }),
    { listed: 16 * KEYPOINTS },
  ),
  multi(
    "more of these near ties than there is room for",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: onlyFirstBox(30),
      keypointRegression: regressionOfFirst,
      keypointHeatmap: tied(1e-12, 7, gaussian),
    }),
    { whole: true },
  ),
  multi("boxes of no size", multiMaps({ boxSize: () => -1 })),
  multi("boxes of less than a cell", multiMaps({ boxSize: (_y, _x, _c, i) => scattered(i) / 2 })),
  multi(
    "boxes whose sides run through cells, with the best scores on them",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: () => 4,
      boxOffset: () => 0,
      keypointHeatmap: (y, x) => (y === 4 || y === 8 || x === 3 || x === 7 ? 0.9 : 0.2),
    }),
  ),
  multi(
    "sides within a rounding error of a cell",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: () => 4 + 2 ** -22,
      boxOffset: (_y, x) => (x - 5) * 2 ** -24,
      keypointHeatmap: (y, x) => (y === 4 || y === 8 || x === 3 || x === 7 ? 0.9 : 0.2),
    }),
  ),
  multi(
    "points so far away that products are subnormal or 0",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: () => 3,
      keypointRegression: (_y, _x, c) => (c % 2 === 0 ? -13 - c * 0.9 : 0),
    }),
  ),
  multi("no keypoint anywhere", multiMaps({ keypointHeatmap: () => 0 })),
  multi(
    "a keypoint in a single cell, outside all boxes",
    multiMaps({
      centerHeatmap: sixPersons,
      boxSize: () => 3,
      keypointHeatmap: (y, x) => (y === 9 && x === 9 ? 0.9 : 0),
    }),
  ),
  multi("the smallest scores", multiMaps({ keypointHeatmap: smallest, keypointRegression: () => 0.3 })),
  multi("saturated scores", multiMaps({ keypointHeatmap: (y, x) => ((y + x) % 3 === 0 ? 1 : 0.999) })),
  multi("fewer peaks than persons", multiMaps({ centerHeatmap: (y, x) => (y === 6 && x === 5 ? 0.9 : 0) }), {
    whole: true,
  }),
  multi(
    "a point beyond the range of the bounds",
    multiMaps({ keypointRegression: (_y, _x, c) => (c === 3 ? 2 ** 21 : 0) }),
    { whole: true },
  ),
  ...SPOILERS.map(([title, name, value]) =>
    multi(title, spoilt(multiMaps({}), name, value), { whole: true }),
  ),
  single("scores all over the map", singleMaps({})),
  single("17 keypoints", singleMaps({}, [20, 20], 17)),
  single("equal scores everywhere", singleMaps({ centerHeatmap: centerOfOne, keypointHeatmap: () => 0.5 })),
  single("a center in the first cell", singleMaps({ centerHeatmap: (y, x) => (y + x === 0 ? 0.9 : 1e-3) })),
  single(
    "points midway between four cells, which are equally good",
    singleMaps({
      centerHeatmap: centerOfOne,
      keypointRegression: () => 1.5,
      keypointHeatmap: () => 0.75,
    }),
    { listed: 4 * KEYPOINTS },
  ),
  single(
    "scores that only the decoder's own rounding can tell apart",
    singleMaps({
      centerHeatmap: centerOfOne,
      keypointRegression: regressionOfFirst,
      keypointHeatmap: tied(0.125, 2.1, nearness),
    }),
    { listed: 12 * KEYPOINTS },
  ),
  single(
    "more of these near ties than there is room for",
    singleMaps({
      centerHeatmap: centerOfOne,
      keypointRegression: regressionOfFirst,
      keypointHeatmap: tied(0.0625, 4, nearness),
    }),
    { whole: true },
  ),
  single("points far outside", singleMaps({ keypointRegression: (_y, _x, c) => 900 * (c - 4) })),
  single("no keypoint anywhere", singleMaps({ keypointHeatmap: () => 0 })),
  single("the smallest scores", singleMaps({ keypointHeatmap: smallest })),
  single(
    "the smallest scores beside others",
    singleMaps({ keypointHeatmap: (y, x, c, i) => (i % 7 === 0 ? 2 ** -24 : smallest(y, x, c, i)) }),
  ),
  single(
    "two centers equally good",
    singleMaps({ centerHeatmap: (y, x) => (x === 6 && (y === 4 || y === 8) ? 0.9 : 0) }),
    { whole: true },
  ),
  single("no center anywhere", singleMaps({ centerHeatmap: () => 0 }), { whole: true }),
  ...SPOILERS.map(([title, name, value]) =>
    single(title, spoilt(singleMaps({}), name, value), { whole: true }),
  ),
];

/** A graph whose outputs are its inputs, bit for bit. */
function unchanged(maps: Maps): Graph {
  const builder = new GraphBuilder();
  for (const [name, { shape }] of Object.entries(maps)) builder.output(name, builder.input(name, shape));
  return builder.build();
}

async function goldenCases(): Promise<PoseCase[]> {
  return Promise.all(
    MOVENET_CASES.map(async (name) => {
      const golden = await readCommittedCase(name);
      return golden.model === "movenet-multipose"
        ? multi(`the heads of ${name}`, { ...multiPoseMaps(golden) })
        : single(`the heads of ${name}`, { ...singlePoseMaps(golden) });
    }),
  );
}

describe.skipIf(!gpu && mayBeLeftOut)("poses found on the device equal those of the whole maps", async () => {
  let executor: Executor;
  const plans = new Map<string, Promise<Plan>>();
  const counter = gpu && countReadBytes(gpu);
  beforeAll(async () => {
    if (!counter) throw new Error(NO_DAWN);
    executor = await wgslExecutor({ gpu: counter.gpu });
  });
  afterAll(() => executor.dispose());

  /** One plan for all maps of the same shapes. */
  function planFor(maps: Maps): Promise<Plan> {
    const shapes = JSON.stringify(Object.entries(maps).map(([name, { shape }]) => [name, shape]));
    const plan = plans.get(shapes) ?? executor.prepare(unchanged(maps), new Map());
    plans.set(shapes, plan);
    return plan;
  }

  for (const { title, maps, decode, listed = 0, whole: isWhole } of [...CASES, ...(await goldenCases())]) {
    test(title, async () => {
      if (!counter || !decode.peaks) throw new Error(NO_DAWN);
      const { query, outputsOf } = decode.peaks;
      const plan = await planFor(maps);
      const whole = await plan.run(maps);
      // Twice: nothing from the first run may count in the second.
      await plan.run(maps, { peaks: query });
      counter.bytes = 0;
      const { outputs, peaks } = await plan.run(maps, { peaks: query });
      if (isWhole) {
        expect(peaks).toBeUndefined();
        expect(outputs).toEqual(whole.outputs);
        return;
      }
      if (!peaks) throw new Error("the device did not answer");
      expect(counter.bytes).toBeLessThanOrEqual(MAX_BYTES);
      expect(outputs).toEqual({});
      const { channels, lists } = peaks.keypoints;
      expect(lists[0].indices.length - channels).toBeGreaterThanOrEqual(listed);
      expect(decode.decoded(outputsOf(peaks))).toEqual(decode.decoded({ ...whole.outputs }));
    });
  }
});

test.skipIf(!gpu && mayBeLeftOut)(
  "poses are right even if the device is lost at any dispatch of a run",
  async () => {
    if (!gpu) throw new Error(NO_DAWN);
    const faulty = destroyAtDispatch(gpu);
    const executor = await wgslExecutor({ gpu: faulty.gpu });
    // Five dispatches find several centers, two a single one, and two the keypoints.
    for (const [{ maps, decode }, expected] of [
      [multi("", multiMaps({})), 7],
      [single("", singleMaps({})), 4],
    ] as const) {
      if (!decode.peaks) throw new Error("no query");
      const { query, outputsOf } = decode.peaks;
      const plan = await executor.prepare(unchanged(maps), new Map());
      const poses = async () => {
        const { peaks } = await plan.run(maps, { peaks: query });
        return peaks && decode.decoded(outputsOf(peaks));
      };
      faulty.count = 0;
      const before = await poses();
      expect(before).toBeDefined();
      expect(faulty.count).toBe(expected);
      for (let index = 0; index < expected; index++) {
        const lost = faulty.destroyed;
        faulty.destroyAt(index);
        expect(await poses()).toEqual(before);
        expect(faulty.destroyed).toBe(lost + 1);
      }
      await plan.dispose();
    }
    await executor.dispose();
  },
);

test.skipIf(!gpu && mayBeLeftOut)("points around the cells of a missing query are refused", async () => {
  if (!gpu) throw new Error(NO_DAWN);
  const executor = await wgslExecutor({ gpu });
  const maps = singleMaps({});
  const plan = await executor.prepare(unchanged(maps), new Map());
  const { centers, keypoints } = singlePosePeaks(singlePoseConstants(SIDE))?.query ?? {};
  await expect(plan.run(maps, { peaks: { keypoints } })).rejects.toThrow(
    "peaks: expected an earlier query centers, whose cells are the anchors, got none",
  );
  await expect(plan.run(maps, { peaks: { centers: { ...centers, gather: [] }, keypoints } })).rejects.toThrow(
    "peaks: expected a query that gathers keypointRegression, got none",
  );
  await executor.dispose();
});

describe("constants without a bound for the rounding need the whole maps", () => {
  const map = { height: HEIGHT, width: WIDTH };
  const one = singlePoseConstants(SIDE);
  test.each([
    ["a tolerance of 0", multiPosePeaks({ ...MULTIPOSE_CONSTANTS, peakTolerance: 0 }, 5, map)],
    [
      "a Gaussian of no width",
      multiPosePeaks({ ...MULTIPOSE_CONSTANTS, gaussianDenominatorRatio: 0 }, 5, map),
    ],
    ["no distance offset", singlePosePeaks({ ...one, distanceOffset: 0 })],
    ["a weight of 0", singlePosePeaks({ ...one, centerWeights: new Float32Array(SIDE * SIDE) })],
  ])("%s", (_, peaks) => expect(peaks).toBeUndefined());
});
