import type { BestCellsQuery } from "../../../backend/peakQuery.ts";
import { vectorCount, type WgslDispatch, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { float, wgslDispatch, wgslElements } from "../../../kernels/wgsl/source.ts";
import {
  type Anchors,
  faultFunction,
  gatheredBindings,
  type QueryMaps,
  recordFunction,
  recordSize,
} from "./peakRecords.ts";
import { DECODED_FLOOR, DECODED_ZERO, weightFunctions, weightRounding } from "./weightFunctions.ts";

/** Near ties for which there is room per anchor and channel, on average. */
const NEAR_TIES = 16;
const THREADS = 256;

/**
 * What is read back, in numbers of 4 bytes: a count of faults, how many records were wanted, then records. The first
 * ones are those of cell 0, one per channel; the others, of all anchors and channels, come in any order.
 */
export interface BestCellsLayout {
  readonly anchorCount: number;
  readonly recordSize: number;
  /** Records that there is room for. */
  readonly capacity: number;
  /** Where the records start. */
  readonly firstRecord: number;
  readonly bytes: number;
}

/** The search's own buffers, by operand. The maps are `input0` (the heatmap), `input1`, …. */
export const BEST_CELLS_OPERANDS = {
  /** A table of weights, or the list of the query whose cells are the anchors. */
  weightsOrAnchors: "constant0",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export function bestCellsLayout(maps: QueryMaps, anchorCount: number): BestCellsLayout {
  const channels = maps.heatmap[3];
  const size = recordSize(maps);
  const capacity = channels * (1 + anchorCount * NEAR_TIES);
  const firstRecord = 2;
  return {
    anchorCount,
    recordSize: size,
    capacity,
    firstRecord,
    bytes: (firstRecord + capacity * size) * 4,
  };
}

/**
 * Lists the elements that may be the best of their channel by score · weight. Two dispatches:
 *
 * 1. check: whether any number is outside the range in which the bounds of the rounding hold;
 * 2. search: one workgroup per channel and anchor finds the largest log2(score · weight), and lists all elements whose
 *    difference from it is within the rounding. Logarithms, because a Gaussian soon underflows float32.
 *
 * The largest is sought among cells that are certainly inside the box; elements are listed if they may be inside. So
 * the decode's choice is always among them.
 *
 * @throws UsageError if the query's points are around the cells of a query that is missing.
 */
export function bestCellsShaders(
  query: BestCellsQuery,
  maps: QueryMaps,
  layout: BestCellsLayout,
  anchors: Anchors | undefined,
): WgslDispatch[] {
  return [checkDispatch(maps), searchDispatch(query, maps, layout, anchors)];
}

const LIST = `struct List {
  faults: atomic<u32>,
  wanted: atomic<u32>,
  records: array<u32>,
}`;

/** Scores must be at least 0 and below 2, the gathered maps finite. One thread per vector of the heatmap. */
function checkDispatch(maps: QueryMaps): WgslDispatch {
  const [, height, width, channels] = maps.heatmap;
  const vectors = vectorCount(channels);
  const gathered = gatheredBindings(maps);
  return wgslElements({
    title: "best cells: check",
    reads: { heatmap: "input0", ...gathered.reads },
    writes: { list: BEST_CELLS_OPERANDS.list },
    types: { heatmap: "array<vec4u>", list: "List", ...gathered.types },
    declarations: `${LIST}\n${faultFunction(maps)}`,
    count: height * width * vectors,
    body: `  let vector = index % ${vectors}u;
  let isUsed = vec4u(0u, 1u, 2u, 3u) + vector * 4u < vec4u(${channels}u);
  var isFaulty = any(isUsed & (heatmap[index] >= vec4u(0x40000000u))); // the bits of 2
  if (vector == 0u) { isFaulty = isFaulty || hasGatheredFault(index / ${vectors}u); } // once per cell
  if (isFaulty) { atomicAdd(&list.faults, 1u); }`,
  });
}

function searchDispatch(
  { weight }: BestCellsQuery,
  maps: QueryMaps,
  layout: BestCellsLayout,
  anchors: Anchors | undefined,
): WgslDispatch {
  const [, height, width, channels] = maps.heatmap;
  const cells = height * width;
  const { absolute, relative } = weightRounding(weight, maps.heatmap);
  const { weightsOrAnchors, list } = BEST_CELLS_OPERANDS;
  const gathered = gatheredBindings(maps);
  return wgslDispatch({
    title: `best cells: search, ${weight.kind}`,
    reads: { heatmap: "input0", weightsOrAnchors, ...gathered.reads },
    writes: { list },
    types: {
      heatmap: "array<vec4u>",
      weightsOrAnchors: anchors ? "array<u32>" : "array<f32>",
      list: "List",
      ...gathered.types,
    },
    declarations: `${LIST}
/** Less than any logarithm. */
const LOWEST = -1e30f;
/** A device may flush subnormal numbers to 0, which has no logarithm; this is near the smallest normal one. */
const MIN_NORMAL = 1e-37f;
var<workgroup> bests: array<f32, ${THREADS}>;
${weightFunctions(weight, width, anchors)}
${recordFunction(maps)}
/** Bits of a score. */
fn scoreAt(cell: u32, channel: u32) -> u32 {
  return heatmap[cell * ${vectorCount(channels)}u + channel / 4u][channel % 4u];
}
/** Scores below MIN_NORMAL count as it, so that too many elements are listed rather than too few. */
fn normal(score: u32) -> f32 { return max(bitcast<f32>(score), MIN_NORMAL); }
fn writeAt(position: u32, cell: u32, channel: u32) {
  if (position >= ${layout.capacity}u) { return; }
  writeRecord(position * ${layout.recordSize}u, scoreAt(cell, channel), cell, channel);
}`,
    threads: THREADS,
    workgroups: [channels, layout.anchorCount, 1],
    work: cells * channels * layout.anchorCount,
    body: `  let channel = group.x;
  let anchor = anchorOf(group.y, channel);
  var best = LOWEST;
  for (var cell = thread; cell < ${cells}u; cell += ${THREADS}u) {
    let score = scoreAt(cell, channel);
    if (score > 0u && isInside(anchor, cell, -1f)) { best = max(best, logProduct(anchor, cell, normal(score))); }
  }
  bests[thread] = best;
  workgroupBarrier();
  for (var reach = ${THREADS / 2}u; reach > 0u; reach /= 2u) {
    if (thread < reach) { bests[thread] = max(bests[thread], bests[thread + reach]); }
    workgroupBarrier();
  }
  best = bests[0];
  // Both logarithms may be off; the factor 4 leaves twice the room for that.
  let tie = best - ${float(4 * absolute)} - ${float(4 * relative)} * abs(best);
  let threshold = select(${float(DECODED_ZERO)}, tie, best > ${float(DECODED_FLOOR)});
  for (var cell = thread; cell < ${cells}u; cell += ${THREADS}u) {
    let score = scoreAt(cell, channel);
    if (score == 0u || !isInside(anchor, cell, 1f)) { continue; }
    if (logProduct(anchor, cell, normal(score)) >= threshold) {
      writeAt(atomicAdd(&list.wanted, 1u), cell, channel);
    }
  }
  if (group.y == 0u && thread == 0u) { writeAt(channel, 0u, channel); }
  if (thread == 0u && !isUsable(anchor)) { atomicAdd(&list.faults, 1u); }`,
  });
}
