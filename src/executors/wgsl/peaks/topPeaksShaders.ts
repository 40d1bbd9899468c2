import type { TopPeaksQuery } from "../../../backend/peakQuery.ts";
import { vectorCount, type WgslDispatch, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { float, wgslDispatch, wgslElements } from "../../../kernels/wgsl/source.ts";
import type { Shape } from "../../../tensor.ts";
import {
  faultFunction,
  gatheredBindings,
  type QueryMaps,
  recordFunction,
  recordSize,
} from "./peakRecords.ts";

/** Candidates per list; a list with more cannot be ranked. */
export const MAX_CANDIDATES = 4096;
/** A score's histogram bin is its upper 15 bits: the exponent and 6 bits of mantissa (the sign is 0). */
const BIN_SHIFT = 17;
const BINS = 16_384;

/** What is read back, in numbers of 4 bytes: a count of faults, the number of candidates per list, then records. */
export interface TopPeaksLayout {
  readonly lists: number;
  readonly recordSize: number;
  /** Where the records start: `count` per list. Those beyond the last peak are all zeros. */
  readonly firstRecord: number;
  readonly bytes: number;
}

/** The search's own buffers, by operand. The maps are `input0` (the heatmap), `input1`, …. */
export const TOP_PEAKS_OPERANDS = {
  /** Height and width of the part of the heatmap that counts, in cells. */
  within: "constant0",
  histograms: "scratch0",
  thresholds: "scratch1",
  candidates: "scratch2",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export type TopPeaksBuffer = keyof typeof TOP_PEAKS_OPERANDS;

export function topPeaksLayout({ among, count }: TopPeaksQuery, maps: QueryMaps): TopPeaksLayout {
  const lists = among === "each channel" ? maps.heatmap[3] : 1;
  const size = recordSize(maps);
  const firstRecord = 1 + lists;
  return { lists, recordSize: size, firstRecord, bytes: (firstRecord + lists * count * size) * 4 };
}

/** Sizes of the search's own buffers. */
export function topPeaksBufferBytes({
  lists,
  bytes,
}: TopPeaksLayout): Readonly<Record<TopPeaksBuffer, number>> {
  return {
    within: 16,
    histograms: lists * BINS * 4,
    thresholds: lists * 4,
    candidates: lists * MAX_CANDIDATES * 8,
    list: bytes,
  };
}

/**
 * Finds the best peaks of a heatmap, and gathers other maps at their cells. `findPeaks` of src/decode defines the
 * result. There is one list, or one per channel of the heatmap. Five dispatches:
 *
 * 1. clear: sets all counts to 0;
 * 2. count: a histogram of the peaks' scores per list, and whether any number is not finite;
 * 3. threshold: the largest bin boundary at or above which a list has as many peaks as wanted;
 * 4. collect: peaks at or above the threshold become candidates, in any order;
 * 5. rank: each candidate counts those before it and, if it is among the wanted ones, writes its record there.
 *
 * Scores are compared by the bits of their floats, whose order is that of the floats if these are not negative. The
 * result is therefore exact. If a list has more candidates than room, its count says so.
 */
export function topPeaksShaders(
  query: TopPeaksQuery,
  maps: QueryMaps,
  layout: TopPeaksLayout,
): WgslDispatch[] {
  return [
    clearDispatch(layout),
    countDispatch(query, maps, layout),
    thresholdDispatch(query.count, layout.lists),
    collectDispatch(query, maps, layout),
    rankDispatch(query.count, maps, layout),
  ];
}

function clearDispatch({ lists, bytes }: TopPeaksLayout): WgslDispatch {
  const { histograms, list } = TOP_PEAKS_OPERANDS;
  const [allBins, numbers] = [lists * BINS, bytes / 4];
  return wgslElements({
    title: "peaks: clear",
    reads: {},
    writes: { histograms, list },
    types: { histograms: "array<u32>", list: "array<u32>" },
    count: Math.max(allBins, numbers),
    body: `  if (index < ${allBins}u) { histograms[index] = 0u; }
  if (index < ${numbers}u) { list[index] = 0u; }`,
  });
}

/** One thread per vector of the heatmap. */
function countDispatch(query: TopPeaksQuery, maps: QueryMaps, layout: TopPeaksLayout): WgslDispatch {
  const [, height, width, channels] = maps.heatmap;
  const vectors = vectorCount(channels);
  const gathered = gatheredBindings(maps);
  const { within, histograms, list } = TOP_PEAKS_OPERANDS;
  return wgslElements({
    title: "peaks: count",
    reads: { heatmap: "input0", within, ...gathered.reads },
    writes: { histograms, list },
    types: {
      heatmap: "array<vec4u>",
      within: "vec4u",
      histograms: "array<atomic<u32>>",
      list: "List",
      ...gathered.types,
    },
    declarations: `struct List {
  faults: atomic<u32>,
  candidates: array<u32, ${layout.lists}>,
  records: array<u32>,
}
${faultFunction(maps)}
${peakFunctions(query, maps.heatmap)}`,
    count: height * width * vectors,
    work: searchWork(query, maps.heatmap),
    body: `  let vector = index % ${vectors}u;
  let cell = index / ${vectors}u;
  var isFaulty = any(inChannels(vector, heatmap[index]) > vec4u(MAX_FINITE));
  if (vector == 0u) { isFaulty = isFaulty || hasGatheredFault(cell); } // once per cell
  if (isFaulty) { atomicAdd(&list.faults, 1u); }
  let found = peaks(i32(cell / ${width}u), i32(cell % ${width}u), vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] == 0u) { continue; }
    let bin = min(found[lane] >> ${BIN_SHIFT}u, ${BINS - 1}u);
    atomicAdd(&histograms[${listIndex(layout)} * ${BINS}u + bin], 1u);
  }`,
  });
}

/** One workgroup per list: each thread sums a part of the bins, then one thread walks down from the highest. */
function thresholdDispatch(count: number, lists: number): WgslDispatch {
  const threads = 64;
  const binsPerThread = BINS / threads;
  const { histograms, thresholds } = TOP_PEAKS_OPERANDS;
  return wgslDispatch({
    title: "peaks: threshold",
    reads: { histograms },
    writes: { thresholds },
    types: { histograms: "array<u32>", thresholds: "array<u32>" },
    declarations: `var<workgroup> sums: array<u32, ${threads}>;`,
    threads,
    workgroups: [lists, 1, 1],
    work: BINS * lists,
    body: `  let first = group.x * ${BINS}u;
  var sum = 0u;
  for (var i = 0u; i < ${binsPerThread}u; i++) { sum += histograms[first + thread * ${binsPerThread}u + i]; }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread > 0u) { return; }
  var above = 0u;
  var part = ${threads}u;
  while (part > 0u && above + sums[part - 1u] < ${count}u) {
    part--;
    above += sums[part];
  }
  var bin = part * ${binsPerThread}u;
  while (bin > 0u && above < ${count}u) {
    bin--;
    above += histograms[first + bin];
  }
  thresholds[group.x] = bin << ${BIN_SHIFT}u;`,
  });
}

/** One thread per vector of the heatmap. */
function collectDispatch(query: TopPeaksQuery, { heatmap }: QueryMaps, layout: TopPeaksLayout): WgslDispatch {
  const [, height, width, channels] = heatmap;
  const vectors = vectorCount(channels);
  const { within, thresholds, candidates, list } = TOP_PEAKS_OPERANDS;
  return wgslElements({
    title: "peaks: collect",
    reads: { heatmap: "input0", within, thresholds },
    writes: { candidates, list },
    types: {
      heatmap: "array<vec4u>",
      within: "vec4u",
      thresholds: "array<u32>",
      candidates: "array<vec2u>",
      list: "List",
    },
    declarations: `struct List {
  faults: u32,
  candidates: array<atomic<u32>, ${layout.lists}>,
  records: array<u32>,
}
${peakFunctions(query, heatmap)}`,
    count: height * width * vectors,
    work: searchWork(query, heatmap),
    body: `  let vector = index % ${vectors}u;
  let cell = index / ${vectors}u;
  let found = peaks(i32(cell / ${width}u), i32(cell % ${width}u), vector);
  for (var lane = 0u; lane < 4u; lane++) {
    if (found[lane] == 0u || found[lane] < thresholds[${listIndex(layout)}]) { continue; }
    let candidate = atomicAdd(&list.candidates[${listIndex(layout)}], 1u);
    if (candidate >= ${MAX_CANDIDATES}u) { continue; }
    let element = cell * ${channels}u + vector * 4u + lane;
    candidates[${listIndex(layout)} * ${MAX_CANDIDATES}u + candidate] = vec2u(found[lane], element);
  }`,
  });
}

/** One thread per candidate. Of equal scores, the one with the lower index comes first. */
function rankDispatch(count: number, maps: QueryMaps, layout: TopPeaksLayout): WgslDispatch {
  const channels = maps.heatmap[3];
  const gathered = gatheredBindings(maps);
  const { candidates, list } = TOP_PEAKS_OPERANDS;
  return wgslElements({
    title: "peaks: rank",
    reads: { candidates, ...gathered.reads },
    writes: { list },
    types: { candidates: "array<vec2u>", list: "List", ...gathered.types },
    declarations: `struct List {
  faults: u32,
  candidates: array<u32, ${layout.lists}>,
  records: array<u32>,
}
${recordFunction(maps)}`,
    count: layout.lists * MAX_CANDIDATES,
    body: `  let listIndex = index / ${MAX_CANDIDATES}u;
  let first = listIndex * ${MAX_CANDIDATES}u;
  let found = list.candidates[listIndex];
  if (index - first >= found || found > ${MAX_CANDIDATES}u) { return; }
  let own = candidates[index];
  var rank = 0u;
  for (var i = first; i < first + found; i++) {
    let other = candidates[i];
    if (other.x > own.x || (other.x == own.x && other.y < own.y)) { rank++; }
  }
  if (rank >= ${count}u) { return; }
  let start = (listIndex * ${count}u + rank) * ${layout.recordSize}u;
  writeRecord(start, own.x, own.y / ${channels}u, own.y % ${channels}u);`,
  });
}

/** Comparisons: each element looks at its window. */
function searchWork({ window }: TopPeaksQuery, [, height, width, channels]: Shape): number {
  return height * width * vectorCount(channels) * Math.max(window, 1) ** 2;
}

/** WGSL: the list that a lane's peak belongs to. */
function listIndex({ lists }: TopPeaksLayout): string {
  return lists === 1 ? "0u" : "(vector * 4u + lane)";
}

/** WGSL: the function `peaks`, and those that it calls. */
function peakFunctions({ window, tolerance }: TopPeaksQuery, [, height, width, channels]: Shape): string {
  const before = Math.floor((window - 1) / 2);
  return `
/** The bits of the channels' values; 0 for lanes that only pad the vector. */
fn inChannels(vector: u32, value: vec4u) -> vec4u {
  return select(vec4u(), value, vec4u(0u, 1u, 2u, 3u) + vector * 4u < vec4u(${channels}u));
}
fn score(row: i32, column: i32, vector: u32) -> vec4u {
  if (u32(row) >= within.x || u32(column) >= within.y) { return vec4u(); }
  return inChannels(vector, heatmap[u32(row * ${width} + column) * ${vectorCount(channels)}u + vector]);
}
/** The bits of the scores that are peaks; 0 for all others. */
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
