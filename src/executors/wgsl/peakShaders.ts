import { vectorCount, type WgslDispatch, type WgslOperand } from "../../kernels/wgslKernel.ts";
import { wgslDispatch, wgslElements } from "../../kernels/wgslSource.ts";
import type { PeakRequest } from "../../peaks.ts";
import type { Shape } from "../../tensor.ts";

/**
 * The best peaks of a heatmap, found on the device, with what other maps hold at their cells: `peakValues` of
 * src/decode is the definition. Four dispatches:
 *
 * 1. clear: nothing is counted yet;
 * 2. count: how many peaks have about which score (a histogram), and whether any number is not finite;
 * 3. least: the score above which there are at least as many peaks as are wanted;
 * 4. collect: the peaks from there on are appended to a list, in whatever order the threads come.
 *
 * The host sorts the list. Scores are compared as the bits of their floats, which have the order of the floats
 * where these are not negative. So all of it is exact; a list that is too short says so by its count.
 */
export interface PeakShaders {
  readonly dispatches: readonly WgslDispatch[];
  /** Peaks that the list has room for. */
  readonly capacity: number;
  /** Numbers of 4 bytes that a peak takes: score, index, and all channels of the maps at its cell. */
  readonly entrySize: number;
}

/** What is read back at most, in bytes. */
export const LIST_BYTES = 65_536;
/** Numbers of 4 bytes before the list's entries: count, faults, least score, nothing. */
export const LIST_HEADER = 4;
/** A class of scores for each of the upper 15 bits of a float that is not negative: 6 bits of mantissa. */
export const SCORE_CLASSES = 16_384;
const CLASS_SHIFT = 17;

/** The peak test of `topPeaks`. */
const PEAK_TOLERANCE = "1e-6f";

const OPERANDS = { heatmap: "input0", within: "constant0", classes: "scratch0", list: "output" } as const;

/** Buffers: the heatmap and then the maps of `at` are the inputs; their shapes are `heatmap` and `at`. */
export function peakShaders(request: PeakRequest, heatmap: Shape, at: readonly Shape[]): PeakShaders {
  const entrySize = 2 + at.reduce((sum, [, , , channels]) => sum + channels, 0);
  const capacity = Math.floor((LIST_BYTES / 4 - LIST_HEADER) / entrySize);
  const maps = Object.fromEntries(at.map((_, i) => [`at${i}`, `input${i + 1}` as WgslOperand]));
  const types = {
    heatmap: "array<vec4u>",
    within: "vec4u",
    ...Object.fromEntries(Object.keys(maps).map((name) => [name, "array<vec4u>"])),
    list: "List",
  };
  const { list, classes, ...reads } = OPERANDS;
  const size = heatmap[1] * heatmap[2] * vectorCount(heatmap[3]);
  const each = { count: size, work: size * request.window ** 2 };
  const peaksOf = `${LIST}\n${peakTest(heatmap, request.window)}`;
  const dispatches = [
    wgslElements({
      title: "peaks: clear",
      reads: {},
      writes: { classes, list },
      types: { classes: "array<u32>", list: "array<u32>" },
      count: SCORE_CLASSES,
      body: `  classes[index] = 0u;
  if (index < ${LIST_HEADER}u) { list[index] = 0u; }`,
    }),
    wgslElements({
      title: "peaks: count",
      reads: { ...reads, ...maps },
      writes: { classes, list },
      types: { ...types, classes: "array<atomic<u32>>" },
      declarations: peaksOf,
      ...each,
      body: `${placeOf(heatmap)}
  var faulty = any(inChannels(vector, heatmap[index]) > vec4u(LARGEST));
${at.map((shape, i) => faultOf(`at${i}`, vectorCount(shape[3]))).join("\n")}
  if (faulty) { atomicAdd(&list.faults, 1u); }
  let found = peaks(row, column, vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] > 0u) { atomicAdd(&classes[min(found[lane] >> ${CLASS_SHIFT}u, ${SCORE_CLASSES - 1}u)], 1u); }
  }`,
    }),
    leastDispatch(request.count),
    wgslElements({
      title: "peaks: collect",
      reads: { ...reads, ...maps },
      writes: { list },
      types,
      declarations: peaksOf,
      ...each,
      body: `${placeOf(heatmap)}
  let found = peaks(row, column, vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] == 0u || found[lane] < list.least) { continue; }
    let entry = atomicAdd(&list.count, 1u);
    if (entry >= ${capacity}u) { continue; }
    var at = entry * ${entrySize}u;
    list.entries[at] = found[lane];
    list.entries[at + 1u] = cell * ${heatmap[3]}u + vector * 4u + lane;
    at += 2u;
${at.map((shape, i) => copyOf(`at${i}`, shape[3])).join("\n")}
  }`,
    }),
  ];
  return { dispatches, capacity, entrySize };
}

const LIST = `struct List {
  count: atomic<u32>,
  faults: atomic<u32>,
  least: u32,
  unused: u32,
  entries: array<u32>,
}
const LARGEST = 0x7f7fffffu; // the bits of the largest finite float; those of negative ones are above it`;

/** Of the thread numbered `index`. */
function placeOf([, , width, channels]: Shape): string {
  const vectors = vectorCount(channels);
  return `  let vector = index % ${vectors}u;
  let cell = index / ${vectors}u;
  let row = i32(cell / ${width}u);
  let column = i32(cell % ${width}u);`;
}

/** The thread of a cell's first vector looks at all of another map's. */
function faultOf(map: string, vectors: number): string {
  return `  for (var i = 0u; vector == 0u && i < ${vectors}u; i++) {
    faulty = faulty || any((${map}[cell * ${vectors}u + i] & vec4u(0x7fffffffu)) > vec4u(LARGEST));
  }`;
}

function copyOf(map: string, channels: number): string {
  return `    for (var channel = 0u; channel < ${channels}u; channel++) {
      list.entries[at] = ${map}[cell * ${vectorCount(channels)}u + channel / 4u][channel % 4u];
      at++;
    }`;
}

/** One thread walks down from the highest class, after all threads summed up a part of the classes each. */
function leastDispatch(count: number): WgslDispatch {
  const threads = 64;
  const share = SCORE_CLASSES / threads;
  return wgslDispatch({
    title: "peaks: least",
    reads: { classes: OPERANDS.classes },
    writes: { list: OPERANDS.list },
    types: { classes: "array<u32>", list: "array<u32>" },
    declarations: `var<workgroup> sums: array<u32, ${threads}>;`,
    threads,
    workgroups: [1, 1, 1],
    work: SCORE_CLASSES,
    body: `  var sum = 0u;
  for (var i = 0u; i < ${share}u; i++) { sum += classes[thread * ${share}u + i]; }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread > 0u) { return; }
  var above = 0u;
  var part = ${threads}u;
  while (part > 0u && above + sums[part - 1u] < ${count}u) {
    part--;
    above += sums[part];
  }
  var least = part * ${share}u;
  while (least > 0u && above < ${count}u) {
    least--;
    above += classes[least];
  }
  list[2] = least << ${CLASS_SHIFT}u;`,
  });
}

function peakTest([, height, width, channels]: Shape, window: number): string {
  const vectors = vectorCount(channels);
  const before = Math.floor((window - 1) / 2);
  return `
/** Bits of the channels' values; 0 for those that only fill up the vector. */
fn inChannels(vector: u32, value: vec4u) -> vec4u {
  return select(vec4u(), value, vec4u(0u, 1u, 2u, 3u) + vector * 4u < vec4u(${channels}u));
}
fn score(row: i32, column: i32, vector: u32) -> vec4u {
  if (u32(row) >= within.x || u32(column) >= within.y) { return vec4u(); }
  return inChannels(vector, heatmap[u32(row * ${width} + column) * ${vectors}u + vector]);
}
/** The bits of the scores of peaks; 0 for all else. */
fn peaks(row: i32, column: i32, vector: u32) -> vec4u {
  let own = score(row, column, vector);
  if (all(own == vec4u())) { return own; }
  var largest = own;
  for (var y = max(row - ${before}, 0); y < min(row - ${before} + ${window}, ${height}); y++) {
    for (var x = max(column - ${before}, 0); x < min(column - ${before} + ${window}, ${width}); x++) {
      largest = max(largest, score(y, x, vector));
    }
  }
  let below = bitcast<vec4f>(largest) - bitcast<vec4f>(own);
  return select(vec4u(), own, below < vec4f(${PEAK_TOLERANCE}));
}`;
}
