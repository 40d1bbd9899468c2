import type { TopPeaksQuery } from "../../../backend/peakQuery.ts";
import { vectorCount, type WgslDispatch, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { float, wgslDispatch, wgslElements } from "../../../kernels/wgsl/source.ts";
import type { Shape } from "../../../tensor.ts";
import {
  entrySizeOf,
  type FindMaps,
  gatheredFaults,
  gatheredOperands,
  LARGEST,
  mapTypes,
  placeOf,
  writeEntry,
} from "./gatheredMaps.ts";

/** From a score's bits to its class. */
const CLASS_SHIFT = 17;

/**
 * The best peaks of a heatmap, found on the device, with what other maps hold at their cells: `peakValues` of
 * src/decode is the definition. There is one list, or one for each channel of the heatmap. Five dispatches:
 *
 * 1. clear: nothing is counted yet;
 * 2. count: how many peaks of a list have about which score (a histogram), and whether any number is not finite;
 * 3. least: the score above which a list has at least as many peaks as are wanted;
 * 4. collect: the peaks from there on become candidates, in whatever order the threads come;
 * 5. rank: each candidate counts those before it, and the wanted ones take their places in the list.
 *
 * Scores are compared as the bits of their floats, which have the order of the floats where these are not
 * negative. So all of it is exact; where there are more candidates than room, their count says so.
 */
export function peakShaders(find: TopPeaksQuery, maps: FindMaps, layout: PeakLayout): WgslDispatch[] {
  return [
    clearDispatch(layout),
    countDispatch(find, maps, layout),
    leastDispatch(find.count, layout.lists),
    collectDispatch(find, maps, layout),
    rankDispatch(find.count, maps, layout),
  ];
}

function clearDispatch({ lists, bytes }: PeakLayout): WgslDispatch {
  const { classes, list } = PEAK_OPERANDS;
  const [allClasses, numbers] = [lists * SCORE_CLASSES, bytes / 4];
  return wgslElements({
    title: "peaks: clear",
    reads: {},
    writes: { classes, list },
    types: { classes: "array<u32>", list: "array<u32>" },
    count: Math.max(allClasses, numbers),
    body: `  if (index < ${allClasses}u) { classes[index] = 0u; }
  if (index < ${numbers}u) { list[index] = 0u; }`,
  });
}

function countDispatch(find: TopPeaksQuery, maps: FindMaps, layout: PeakLayout): WgslDispatch {
  const { heatmap } = maps;
  const { within, classes, list } = PEAK_OPERANDS;
  return wgslElements({
    title: "peaks: count",
    reads: { heatmap: "input0", within, ...gatheredOperands(maps) },
    writes: { classes, list },
    types: {
      ...mapTypes(maps),
      within: "vec4u",
      classes: "array<atomic<u32>>",
      list: "List",
    },
    declarations: `${listStruct(layout, "atomic<u32>", "u32")}\n${peakTest(find, heatmap)}`,
    ...eachVector(find, heatmap),
    body: `${placeOf(heatmap)}
  var faulty = any(inChannels(vector, heatmap[index]) > vec4u(LARGEST));
${gatheredFaults(maps)}
  if (faulty) { atomicAdd(&list.faults, 1u); }
  let found = peaks(row, column, vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] == 0u) { continue; }
    let scoreClass = min(found[lane] >> ${CLASS_SHIFT}u, ${SCORE_CLASSES - 1}u);
    atomicAdd(&classes[${listOf(layout)} * ${SCORE_CLASSES}u + scoreClass], 1u);
  }`,
  });
}

/**
 * A workgroup for each list: one thread walks down from the highest class, after all threads summed up a part of
 * the classes each.
 */
function leastDispatch(count: number, lists: number): WgslDispatch {
  const threads = 64;
  const share = SCORE_CLASSES / threads;
  const { classes, leasts } = PEAK_OPERANDS;
  return wgslDispatch({
    title: "peaks: least",
    reads: { classes },
    writes: { leasts },
    types: { classes: "array<u32>", leasts: "array<u32>" },
    declarations: `var<workgroup> sums: array<u32, ${threads}>;`,
    threads,
    workgroups: [lists, 1, 1],
    work: SCORE_CLASSES * lists,
    body: `  let first = group.x * ${SCORE_CLASSES}u;
  var sum = 0u;
  for (var i = 0u; i < ${share}u; i++) { sum += classes[first + thread * ${share}u + i]; }
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
    above += classes[first + least];
  }
  leasts[group.x] = least << ${CLASS_SHIFT}u;`,
  });
}

function collectDispatch(find: TopPeaksQuery, { heatmap }: FindMaps, layout: PeakLayout): WgslDispatch {
  const { within, leasts, candidates, list } = PEAK_OPERANDS;
  return wgslElements({
    title: "peaks: collect",
    reads: { heatmap: "input0", within, leasts },
    writes: { candidates, list },
    types: {
      heatmap: "array<vec4u>",
      within: "vec4u",
      leasts: "array<u32>",
      candidates: "array<vec2u>",
      list: "List",
    },
    declarations: `${listStruct(layout, "u32", "atomic<u32>")}\n${peakTest(find, heatmap)}`,
    ...eachVector(find, heatmap),
    body: `${placeOf(heatmap)}
  let found = peaks(row, column, vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] == 0u || found[lane] < leasts[${listOf(layout)}]) { continue; }
    let place = atomicAdd(&list.candidates[${listOf(layout)}], 1u);
    if (place >= ${CAPACITY}u) { continue; }
    let element = cell * ${heatmap[3]}u + vector * 4u + lane;
    candidates[${listOf(layout)} * ${CAPACITY}u + place] = vec2u(found[lane], element);
  }`,
  });
}

/** A thread for each candidate; of equal scores the lower index comes first. */
function rankDispatch(count: number, maps: FindMaps, layout: PeakLayout): WgslDispatch {
  const { lists, entrySize } = layout;
  const { candidates, list } = PEAK_OPERANDS;
  return wgslElements({
    title: "peaks: rank",
    reads: { candidates, ...gatheredOperands(maps) },
    writes: { list },
    types: { ...mapTypes(maps), candidates: "array<vec2u>", list: "List" },
    declarations: listStruct(layout, "u32", "u32"),
    count: lists * CAPACITY,
    body: `  let wanted = index / ${CAPACITY}u;
  let first = wanted * ${CAPACITY}u;
  let found = list.candidates[wanted];
  if (index - first >= found || found > ${CAPACITY}u) { return; }
  let own = candidates[index];
  var rank = 0u;
  for (var i = first; i < first + found; i++) {
    let other = candidates[i];
    if (other.x > own.x || (other.x == own.x && other.y < own.y)) { rank++; }
  }
  if (rank >= ${count}u) { return; }
  let cell = own.y / ${maps.heatmap[3]}u;
  let channel = own.y % ${maps.heatmap[3]}u;
  var at = (wanted * ${count}u + rank) * ${entrySize}u;
${writeEntry(maps, "own.x")}`,
  });
}

/** A thread for each vector of the heatmap. */
function eachVector({ window }: TopPeaksQuery, [, height, width, channels]: Shape) {
  const count = height * width * vectorCount(channels);
  return { count, work: count * Math.max(window, 1) ** 2 };
}

/** What is read back: each dispatch counts another part of it. */
function listStruct({ lists }: PeakLayout, faults: string, candidates: string): string {
  return `struct List {
  faults: ${faults},
  candidates: array<${candidates}, ${lists}>,
  entries: array<u32>,
}
${LARGEST}`;
}

/** Which list a lane's peak belongs to. */
function listOf({ lists }: PeakLayout): string {
  return lists === 1 ? "0u" : "(vector * 4u + lane)";
}

function peakTest({ window, tolerance }: TopPeaksQuery, [, height, width, channels]: Shape): string {
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
  return select(vec4u(), own, (largest == own) | (below < vec4f(${float(tolerance)})));
}`;
}

/** How what is read back lies, in numbers of 4 bytes: faults, the candidates of each list, then entries. */
export interface PeakLayout {
  readonly lists: number;
  /** See `entrySizeOf`; the score is 0 where there is no peak. */
  readonly entrySize: number;
  /** Where the entries start, `count` of them a list. */
  readonly entries: number;
  readonly bytes: number;
}

/** Candidates that each list has room for. */
export const CAPACITY = 4096;
/** A class of scores for each of the upper 15 bits of a float that is not negative: 6 bits of mantissa. */
const SCORE_CLASSES = 16_384;

/** Buffers beside the maps, by operand; the maps are `input0` (the heatmap), `input1`, …. */
export const PEAK_OPERANDS = {
  /** Height and width of what counts of the heatmap, in cells. */
  within: "constant0",
  classes: "scratch0",
  leasts: "scratch1",
  candidates: "scratch2",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export type PeakBuffer = keyof typeof PEAK_OPERANDS;

export function peakLayout({ among, count }: TopPeaksQuery, maps: FindMaps): PeakLayout {
  const lists = among === "each channel" ? maps.heatmap[3] : 1;
  const entrySize = entrySizeOf(maps);
  const entries = 1 + lists;
  return { lists, entrySize, entries, bytes: (entries + lists * count * entrySize) * 4 };
}

/** Bytes of the buffers that are this find's own. */
export function peakBufferBytes({ lists, bytes }: PeakLayout): Readonly<Record<PeakBuffer, number>> {
  return {
    within: 16,
    classes: lists * SCORE_CLASSES * 4,
    leasts: lists * 4,
    candidates: lists * CAPACITY * 8,
    list: bytes,
  };
}
