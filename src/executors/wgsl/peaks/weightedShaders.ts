import type { BestCellsQuery } from "../../../backend/peakQuery.ts";
import { vectorCount, type WgslDispatch, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import { float, wgslDispatch, wgslElements } from "../../../kernels/wgsl/source.ts";
import {
  entrySizeOf,
  type FindMaps,
  gatheredFaults,
  gatheredOperands,
  type Instances,
  LARGEST,
  mapTypes,
  placeOf,
  writeEntry,
} from "./gatheredMaps.ts";
import { DECODED_FLOOR, DECODED_ZERO, weightFunctions, weightRounding } from "./weightFunctions.ts";

/**
 * The elements that may be the best of their channel by score · weight. Two dispatches:
 *
 * 1. check: whether any number is not what the bounds of the rounding hold for;
 * 2. search: a workgroup for each channel and instance finds the largest log2(score · weight), and lists all that its
 *    rounding cannot tell from it. Logarithms, since a Gaussian soon leaves the range of float32.
 *
 * The largest is looked for among cells that are surely inside of the box, and all are listed that may be, by rounding.
 * So what the decode chooses is always among them.
 */
export function weightedShaders(
  find: BestCellsQuery,
  maps: FindMaps,
  layout: WeightedLayout,
  instances: Instances | undefined,
): WgslDispatch[] {
  return [checkDispatch(maps), searchDispatch(find, maps, layout, instances)];
}

/** Scores are not negative, and at most what a probability may be rounded to; other maps are finite. */
function checkDispatch(maps: FindMaps): WgslDispatch {
  const [, height, width, channels] = maps.heatmap;
  const vectors = vectorCount(channels);
  return wgslElements({
    title: "weighted: check",
    reads: { heatmap: "input0", ...gatheredOperands(maps) },
    writes: { list: WEIGHTED_OPERANDS.list },
    types: { ...mapTypes(maps), list: "List" },
    declarations: LIST,
    count: height * width * vectors,
    body: `${placeOf(maps.heatmap)}
  let used = vec4u(0u, 1u, 2u, 3u) + vector * 4u < vec4u(${channels}u);
  var faulty = any(used & (heatmap[index] >= vec4u(0x40000000u))); // the bits of 2
${gatheredFaults(maps)}
  if (faulty) { atomicAdd(&list.faults, 1u); }`,
  });
}

const LIST = `struct List {
  faults: atomic<u32>,
  wanted: atomic<u32>,
  entries: array<u32>,
}
${LARGEST}`;

const THREADS = 256;

function searchDispatch(
  { weight }: BestCellsQuery,
  maps: FindMaps,
  { instances: count, capacity, entrySize }: WeightedLayout,
  instances: Instances | undefined,
): WgslDispatch {
  const [, height, width, channels] = maps.heatmap;
  const cells = height * width;
  const { absolute, relative } = weightRounding(weight, maps.heatmap);
  const { basis, list } = WEIGHTED_OPERANDS;
  const everyCell = `for (var cell = thread; cell < ${cells}u; cell += ${THREADS}u)`;
  return wgslDispatch({
    title: `weighted: search, ${weight.kind}`,
    reads: { heatmap: "input0", basis, ...gatheredOperands(maps) },
    writes: { list },
    types: { ...mapTypes(maps), basis: instances ? "array<u32>" : "array<f32>", list: "List" },
    declarations: `${LIST}
const LEAST = -1e30f;
const LIFTED = 1e-37f;
var<workgroup> bests: array<f32, ${THREADS}>;
${weightFunctions(weight, width, instances)}
fn scoreAt(cell: u32, channel: u32) -> u32 {
  return heatmap[cell * ${vectorCount(channels)}u + channel / 4u][channel % 4u];
}
/** Subnormal numbers may become 0, of which there is no logarithm; so low, more is listed than need be. */
fn lifted(score: u32) -> f32 { return max(bitcast<f32>(score), LIFTED); }
fn put(cell: u32, channel: u32, slot: u32) {
  if (slot >= ${capacity}u) { return; }
  var at = slot * ${entrySize}u;
${writeEntry(maps, "scoreAt(cell, channel)")}
}`,
    threads: THREADS,
    workgroups: [channels, count, 1],
    work: cells * channels * count,
    body: `  let channel = group.x;
  let instance = instanceOf(group.y, channel);
  var best = LEAST;
  ${everyCell} {
    let score = scoreAt(cell, channel);
    if (score > 0u && isInside(instance, cell, -1f)) { best = max(best, logOf(instance, cell, lifted(score))); }
  }
  bests[thread] = best;
  workgroupBarrier();
  for (var reach = ${THREADS / 2}u; reach > 0u; reach /= 2u) {
    if (thread < reach) { bests[thread] = max(bests[thread], bests[thread + reach]); }
    workgroupBarrier();
  }
  best = bests[0];
  // Both logarithms may be off, and twice that to be safe.
  let near = best - ${float(4 * absolute)} - ${float(4 * relative)} * abs(best);
  let least = select(${float(DECODED_ZERO)}, near, best > ${float(DECODED_FLOOR)});
  ${everyCell} {
    let score = scoreAt(cell, channel);
    if (score == 0u || !isInside(instance, cell, 1f)) { continue; }
    if (logOf(instance, cell, lifted(score)) >= least) {
      put(cell, channel, atomicAdd(&list.wanted, 1u));
    }
  }
  if (group.y == 0u && thread == 0u) { put(0u, channel, channel); }
  if (thread == 0u && !isUsable(instance)) { atomicAdd(&list.faults, 1u); }`,
  });
}

/**
 * How what is read back lies, in numbers of 4 bytes: faults, how many entries were wanted, then entries. The first
 * are those of cell 0, one a channel; the others, of all instances and channels, come in whatever order.
 */
export interface WeightedLayout {
  readonly instances: number;
  readonly entrySize: number;
  readonly capacity: number;
  /** Where the entries start. */
  readonly entries: number;
  readonly bytes: number;
}

/** Near ties that each instance and channel has room for, if all have as many. */
const NEAR_TIES = 16;

/** Buffers beside the maps, by operand. */
export const WEIGHTED_OPERANDS = {
  /** The weights, or the list of the find whose cells are the instances. */
  basis: "constant0",
  list: "output",
} as const satisfies Record<string, WgslOperand>;

export function weightedLayout(maps: FindMaps, instances: number): WeightedLayout {
  const channels = maps.heatmap[3];
  const entrySize = entrySizeOf(maps);
  const capacity = channels * (1 + instances * NEAR_TIES);
  const entries = 2;
  return { instances, entrySize, capacity, entries, bytes: (entries + capacity * entrySize) * 4 };
}
