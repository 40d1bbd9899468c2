/**
 * What the device writes about each element of a heatmap that a query lists: a record of 4-byte numbers. It holds the
 * heatmap's value (as bits), the element's index, then the channels of the gathered maps at its cell.
 */
import type { BestCellsQuery, PeakList, TopPeaksQuery } from "../../../backend/peakQuery.ts";
import { UsageError } from "../../../errors.ts";
import { vectorCount, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import type { Shape } from "../../../tensor.ts";
import type { GpuBuffer } from "../device/webgpu.ts";

/** A map on the device. */
export interface DeviceMap {
  readonly shape: Shape;
  readonly buffer: GpuBuffer;
}

/** By the names of the network's outputs. */
export type DeviceMaps = ReadonlyMap<string, DeviceMap>;

/** The maps that a query reads. */
export interface QueryMaps {
  readonly heatmap: Shape;
  /** Those of `gather`, then those of `gatherOwnChannel`. */
  readonly gathered: readonly GatheredMap[];
}

/** A map whose channels are copied into each record. */
export interface GatheredMap {
  readonly name: string;
  readonly shape: Shape;
  /** Channels per channel of the heatmap, if only those of the element's own channel are copied; otherwise all are. */
  readonly ownChannels?: number;
}

/** The maps in the order of the operands `input0` (the heatmap), `input1`, …. */
type MapNames = Pick<TopPeaksQuery | BestCellsQuery, "heatmap" | "gather" | "gatherOwnChannel">;

export function queryMaps(
  { heatmap, gather, gatherOwnChannel = [] }: MapNames,
  outputs: DeviceMaps,
): QueryMaps {
  const shapeOf = (name: string) => (outputs.get(name) as DeviceMap).shape;
  const shape = shapeOf(heatmap);
  const whole = gather.map((name) => ({ name, shape: shapeOf(name) }));
  const own = gatherOwnChannel.map((name) => ({
    name,
    shape: shapeOf(name),
    ownChannels: shapeOf(name)[3] / shape[3],
  }));
  return { heatmap: shape, gathered: [...whole, ...own] };
}

/** The buffers of `input0`, `input1`, …. */
export function queryBuffers(
  { heatmap, gather, gatherOwnChannel = [] }: MapNames,
  outputs: DeviceMaps,
): GpuBuffer[] {
  return [heatmap, ...gather, ...gatherOwnChannel].map((name) => (outputs.get(name) as DeviceMap).buffer);
}

/** Numbers before the gathered channels: value and index. */
const HEADER = 2;

/** Numbers per record. */
export function recordSize({ gathered }: QueryMaps): number {
  return HEADER + copiedChannels(gathered);
}

/** Where a map's channels begin in a record. */
function offsetInRecord({ gathered }: QueryMaps, name: string): number {
  const position = gathered.findIndex((map) => map.name === name);
  if (position < 0) {
    const got = gathered.map((map) => map.name).join(", ") || "none";
    throw new UsageError({ where: "peaks", expected: `a query that gathers ${name}`, got });
  }
  return HEADER + copiedChannels(gathered.slice(0, position));
}

function copiedChannels(gathered: readonly GatheredMap[]): number {
  return gathered.reduce((sum, { shape, ownChannels = shape[3] }) => sum + ownChannels, 0);
}

/** Reads `count` records, which begin at the number `first` of a list. */
export function readRecords(maps: QueryMaps, numbers: Float32Array, first: number, count: number): PeakList {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const size = recordSize(maps);
  const gathered = maps.gathered.map(({ name, shape, ownChannels = shape[3] }) => {
    const offset = first + offsetInRecord(maps, name);
    const rows = new Float32Array(count * ownChannels);
    for (let row = 0; row < count; row++) {
      const from = offset + row * size;
      rows.set(numbers.subarray(from, from + ownChannels), row * ownChannels);
    }
    return [name, rows] as const;
  });
  return {
    scores: Float32Array.from({ length: count }, (_, row) => numbers[first + row * size]),
    indices: Int32Array.from({ length: count }, (_, row) => bits[first + row * size + 1]),
    gathered: Object.fromEntries(gathered),
  };
}

/** How shaders declare the gathered maps: `gathered0`, `gathered1`, …, whose floats they read as bits. */
export function gatheredBindings({ gathered }: QueryMaps) {
  const names = gathered.map((_, i) => [`gathered${i}`, `input${i + 1}` as WgslOperand] as const);
  return {
    reads: Object.fromEntries(names),
    types: Object.fromEntries(names.map(([name]) => [name, "array<vec4u>"])),
  };
}

/** WGSL: the function `hasGatheredFault`, and the constant `MAX_FINITE`. */
export function faultFunction({ gathered }: QueryMaps): string {
  const checks = gathered.map(({ shape }, i) => {
    const vectors = vectorCount(shape[3]);
    return `
  for (var i = 0u; i < ${vectors}u; i++) {
    isFaulty = isFaulty || any((gathered${i}[cell * ${vectors}u + i] & vec4u(0x7fffffffu)) > vec4u(MAX_FINITE));
  }`;
  });
  return `/** Bits of the largest finite float; those of negative numbers are larger. */
const MAX_FINITE = 0x7f7fffffu;
/** Whether a gathered map has a number at the cell that is not finite. */
fn hasGatheredFault(cell: u32) -> bool {
  var isFaulty = false;${checks.join("")}
  return isFaulty;
}`;
}

/** WGSL: the function `writeRecord`, which writes to `list.records`. */
export function recordFunction(maps: QueryMaps): string {
  const copies = maps.gathered.map(({ name, shape, ownChannels }, i) => {
    const firstChannel = ownChannels === undefined ? "0u" : `channel * ${ownChannels}u`;
    return `
  for (var i = 0u; i < ${ownChannels ?? shape[3]}u; i++) {
    let source = ${firstChannel} + i;
    list.records[start + ${offsetInRecord(maps, name)}u + i] = gathered${i}[cell * ${vectorCount(shape[3])}u + source / 4u][source % 4u];
  }`;
  });
  return `/** Writes the record of an element, from the number \`start\` on; \`value\` is its value, as bits. */
fn writeRecord(start: u32, value: u32, cell: u32, channel: u32) {
  list.records[start] = value;
  list.records[start + 1u] = cell * ${maps.heatmap[3]}u + channel;${copies.join("")}
}`;
}

/** Records of an earlier query whose cells a `BestCellsQuery` weights its heatmap around. */
export interface Anchors {
  readonly count: number;
  /** The number of the list at which the first record begins. */
  readonly first: number;
  readonly recordSize: number;
  /** Channels of the earlier query's heatmap: an index is cell · channels + channel. */
  readonly channels: number;
  /** Where a map's channels begin in a record. */
  offsetOf(map: string): number;
}

/** The `count` records that begin at the number `first` of a list. */
export function anchorsIn(maps: QueryMaps, first: number, count: number): Anchors {
  return {
    count,
    first,
    recordSize: recordSize(maps),
    channels: maps.heatmap[3],
    offsetOf: (map) => offsetInRecord(maps, map),
  };
}
