import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../../src/backend/executor.ts";
import type { TopPeaksQueries, TopPeaksQuery } from "../../../src/backend/peakQuery.ts";
import { findPeaks } from "../../../src/decode/findPeaks.ts";
import { MAX_BYTES } from "../../../src/executors/wgsl/peaks/peakFinder.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { sigmoid } from "../../../src/kernels/elementwise/op.ts";
import { maxPool } from "../../../src/kernels/maxPool/op.ts";
import { caseData } from "../../../src/kernels/opCase.ts";
import { padAll } from "../../../src/kernels/window.ts";
import { shapeOf, type Tensor, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { countReadBytes, destroyAtDispatch } from "../../support/faultyGpu.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

const FIND: TopPeaksQuery = {
  heatmap: "heat",
  among: "all channels",
  count: 20,
  window: 3,
  tolerance: 1e-6,
  gather: ["size", "offset"],
};

/** The best of each channel, with its own channels of a map that has three per channel. */
const EACH: TopPeaksQuery = { ...FIND, among: "each channel", gather: ["offset"], gatherOwnChannel: ["own"] };

interface PeakCase {
  readonly title: string;
  readonly size: readonly [height: number, width: number, classes: number];
  /** The heatmap's value by row, column and class; `i` is the element's index. */
  score(y: number, x: number, c: number, i: number): number;
  readonly find?: Partial<TopPeaksQuery>;
  /** Queries in addition to the first. */
  readonly others?: TopPeaksQueries;
  /** Scores are the sigmoid of `score`, so that a cell's last vector is padded with numbers other than 0. */
  readonly logits?: true;
  /** Name of a map whose last number is infinite. */
  readonly spoilt?: string;
  /** Set if the device cannot answer, so that the whole maps come back. */
  readonly whole?: true;
}

/** Between 0 and 1, different for each element: multiplication in the field of 8191 elements. */
const scattered = (i: number) => (((i + 1) * 1733) % 8191) / 8191;

const CASES: readonly PeakCase[] = [
  { title: "scores all over the map", size: [13, 17, 6], score: (_y, _x, _c, i) => scattered(i) },
  { title: "a single class", size: [13, 17, 1], score: (_y, _x, _c, i) => scattered(i) },
  { title: "90 classes", size: [9, 8, 90], score: (_y, _x, _c, i) => scattered(i) },
  {
    title: "equal scores: the lower index first",
    size: [16, 16, 5],
    score: (y, x) => (y % 4 === 1 && x % 4 === 2 ? 0.5 : 0.25),
  },
  { title: "a plateau", size: [7, 9, 3], score: () => 0.125 },
  {
    title: "peaks nearly as high as their neighbors",
    size: [9, 9, 4],
    score: (y, x, c) => 0.5 + ((y + x) % 2) * [0, 5e-7, 1e-6, 2e-6][c],
  },
  {
    title: "corners and borders",
    size: [5, 6, 2],
    score: (y, x) => (y % 4 === 0 && x % 5 === 0 ? 0.9 : 0.1 + x / 100),
  },
  { title: "fewer peaks than wanted", size: [8, 8, 3], score: (y, x) => (y === 3 && x === 4 ? 0.7 : 0) },
  {
    title: "scores over many orders of magnitude, including subnormal ones",
    size: [8, 8, 4],
    score: (y, x, c) => (y % 2) * (x % 2) * 10 ** -(y * 4 + x + c),
  },
  {
    title: "every cell a peak",
    size: [9, 7, 4],
    score: (_y, _x, _c, i) => scattered(i),
    find: { window: 1 },
  },
  { title: "a window of 2", size: [9, 7, 4], score: (_y, _x, _c, i) => scattered(i), find: { window: 2 } },
  { title: "a window of 5", size: [9, 7, 4], score: (_y, _x, _c, i) => scattered(i), find: { window: 5 } },
  {
    title: "zeros outside the image, which make peaks at its border",
    size: [12, 10, 3],
    score: (y, x, c) => (1 + y * 10 + x + c) / 200,
    find: { within: { height: 12, width: 6 } },
  },
  {
    title: "probabilities below one half",
    size: [13, 17, 6],
    score: (_y, _x, _c, i) => -4 * scattered(i),
    logits: true,
  },
  { title: "no other maps", size: [13, 17, 6], score: (_y, _x, _c, i) => scattered(i), find: { gather: [] } },
  {
    title: "only the largest of a window, however close its neighbors are",
    size: [9, 9, 4],
    score: (y, x, c) => 0.5 + ((y + x) % 2) * [0, 5e-7, 1e-6, 2e-6][c],
    find: { tolerance: 0 },
  },
  {
    title: "the best of each channel",
    size: [13, 17, 6],
    score: (_y, _x, _c, i) => scattered(i),
    find: EACH,
  },
  {
    title: "the best of each of 17 channels, some with fewer than wanted, one with none",
    size: [16, 12, 17],
    score: (y, x, c, i) => (c === 3 || (c === 5 && (y !== 4 || x > 2)) ? 0 : scattered(i)),
    find: { ...EACH, count: 50 },
  },
  {
    title: "the best of each channel, with all channels of the other maps",
    size: [9, 8, 5],
    score: (y, x) => (y % 4 === 1 && x % 4 === 2 ? 0.5 : 0.25),
    find: { ...EACH, gather: ["size", "offset", "own"], gatherOwnChannel: [] },
  },
  {
    title: "a heatmap of a single channel",
    size: [9, 8, 1],
    score: (_y, _x, _c, i) => scattered(i),
    find: EACH,
  },
  {
    title: "several queries in one run",
    size: [13, 17, 6],
    score: (_y, _x, _c, i) => scattered(i),
    others: { each: EACH, again: { ...FIND, count: 7, window: 5, gather: [] }, one: { ...EACH, count: 1 } },
  },
  {
    title: "an answer of the max size",
    size: [40, 40, 4],
    score: (_y, _x, _c, i) => scattered(i),
    find: { count: 2730, window: 1 },
  },
  {
    title: "an answer above the max size",
    size: [40, 40, 4],
    score: (_y, _x, _c, i) => scattered(i),
    find: { count: 2731, window: 1 },
    whole: true,
  },
  {
    title: "two queries whose answers together exceed the max size",
    size: [40, 40, 4],
    score: (_y, _x, _c, i) => scattered(i),
    find: { count: 1400, window: 1 },
    others: { again: { ...FIND, count: 1400, window: 1 } },
    whole: true,
  },
  {
    title: "more peaks in one channel than its list has room for",
    size: [66, 64, 2],
    score: (_y, _x, c, i) => (c === 1 ? 0.25 : scattered(i)),
    find: EACH,
    whole: true,
  },
  {
    title: "a query without peaks beside one with some",
    size: [9, 8, 5],
    score: () => 0,
    others: { sizes: { ...FIND, heatmap: "positive" } },
    whole: true,
  },
  { title: "more peaks than the list has room for", size: [64, 64, 3], score: () => 0.25, whole: true },
  {
    title: "a number that is not finite in another map",
    size: [6, 6, 3],
    score: (_y, _x, _c, i) => scattered(i),
    find: EACH,
    spoilt: "own",
    whole: true,
  },
  { title: "no peak", size: [6, 6, 3], score: () => 0, whole: true },
  {
    title: "a number that is not finite",
    size: [6, 6, 3],
    score: (y, x) => (y === 2 && x === 3 ? Number.POSITIVE_INFINITY : 0.5),
    whole: true,
  },
  {
    title: "a negative score",
    size: [6, 6, 3],
    score: (y, x) => (y === 2 && x === 3 ? -0.5 : 0.5),
    whole: true,
  },
];

/** Score, index and gathered numbers per wanted peak; a count per list, and one of faults. */
function answerBytes(request: TopPeaksQueries, maps: Readonly<Record<string, Tensor>>): number {
  const numbers = Object.values(request).map(({ heatmap, among, count, gather, gatherOwnChannel = [] }) => {
    const channelsOf = (name: string) => maps[name].shape[3];
    const lists = among === "each channel" ? channelsOf(heatmap) : 1;
    const all = gather.reduce((sum, name) => sum + channelsOf(name), 0);
    const own = gatherOwnChannel.reduce((sum, name) => sum + channelsOf(name) / channelsOf(heatmap), 0);
    return 1 + lists + lists * count * (2 + all + own);
  });
  return 4 * numbers.reduce((sum, ofQuery) => sum + ofQuery, 0);
}

/** A graph whose outputs equal its inputs, except for a heatmap of logits. */
function outputsOf(inputs: Readonly<Record<string, Tensor>>, logits: boolean): Graph {
  const builder = new GraphBuilder();
  const window = { kernel: 1, stride: 1, padding: padAll(0), outside: "ignored" } as const;
  for (const [name, { shape }] of Object.entries(inputs)) {
    const [input, scope] = [builder.input(`${name}Input`, shape), builder.root.at(name)];
    builder.output(name, logits && name === "heat" ? sigmoid(input, scope) : maxPool(input, scope, window));
  }
  return builder.build();
}

function mapsOf({ size: [height, width, classes], score, spoilt }: PeakCase): Record<string, Tensor> {
  const heat = tensor(shapeOf(height, width, classes));
  heat.data.forEach((_, i) => {
    const cell = Math.floor(i / classes);
    heat.data[i] = score(Math.floor(cell / width), cell % width, i % classes, i);
  });
  const pair = shapeOf(height, width, 2);
  const sizes = caseData(pair, 1).map((value) => value * 9);
  const triple = shapeOf(height, width, 3 * classes);
  const maps: Record<string, Tensor> = {
    heat,
    size: tensor(pair, sizes),
    offset: tensor(pair, caseData(pair, 2)),
    own: tensor(triple, caseData(triple, 3)),
    positive: tensor(pair, caseData(pair, 4).map(Math.abs)),
  };
  if (spoilt) maps[spoilt].data[maps[spoilt].data.length - 1] = Number.POSITIVE_INFINITY;
  return maps;
}

describe.skipIf(!gpu && mayBeLeftOut)("peaks found on the device equal those of the whole maps", () => {
  let executor: Executor;
  const counter = gpu && countReadBytes(gpu);
  beforeAll(async () => {
    if (!counter) throw new Error(NO_DAWN);
    executor = await wgslExecutor({ gpu: counter.gpu });
  });
  afterAll(() => executor.dispose());

  for (const peakCase of CASES) {
    test(peakCase.title, async () => {
      if (!counter) throw new Error(NO_DAWN);
      const maps = mapsOf(peakCase);
      const request = { found: { ...FIND, ...peakCase.find }, ...peakCase.others };
      const plan = await executor.prepare(outputsOf(maps, peakCase.logits === true), new Map());
      const inputs = Object.fromEntries(Object.entries(maps).map(([name, map]) => [`${name}Input`, map]));
      const whole = await plan.run(inputs);
      // Twice: nothing from the first run may count in the second.
      await plan.run(inputs, { peaks: request });
      counter.bytes = 0;
      const { outputs, peaks } = await plan.run(inputs, { peaks: request });
      const { bytes } = counter;
      await plan.dispose();
      if (peakCase.whole) {
        expect(peaks).toBeUndefined();
        expect(outputs).toEqual(whole.outputs);
        return;
      }
      expect(outputs).toEqual({});
      expect(peaks).toEqual(findPeaks(whole.outputs, request));
      expect(peaks?.found.lists.some(({ scores }) => scores.length > 0)).toBe(true);
      expect(bytes).toBe(answerBytes(request, maps));
      expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    });
  }
});

test.skipIf(!gpu && mayBeLeftOut)(
  "peaks are right even if the device is lost at any dispatch of a run",
  async () => {
    if (!gpu) throw new Error(NO_DAWN);
    const faulty = destroyAtDispatch(gpu);
    const executor = await wgslExecutor({ gpu: faulty.gpu });
    const maps = mapsOf(CASES[0]);
    const request = { all: FIND, each: EACH };
    const plan = await executor.prepare(outputsOf(maps, false), new Map());
    const inputs = Object.fromEntries(Object.entries(maps).map(([name, map]) => [`${name}Input`, map]));
    faulty.count = 0;
    const { peaks } = await plan.run(inputs, { peaks: request });
    const dispatches = faulty.count;
    expect(dispatches).toBe(15); // one per map, and five per query
    for (let index = 0; index < dispatches; index++) {
      faulty.destroyAt(index);
      const again = await plan.run(inputs, { peaks: request });
      expect(faulty.destroyed).toBe(index + 1);
      expect(again.peaks).toEqual(peaks);
    }
    await executor.dispose();
  },
);
