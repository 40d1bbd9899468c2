import type { BestCellsQuery, PeakList, TopPeaksQuery } from "../../../backend/peakQuery.ts";
import { UsageError } from "../../../errors.ts";
import { vectorCount, type WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import type { Shape } from "../../../tensor.ts";
import type { GpuBuffer } from "../device/webgpu.ts";

/**
 * The maps of a find on the device: a heatmap, and those that are gathered at its cells. They are the operands
 * `input0` (the heatmap), `input1`, …, in shaders `heatmap`, `at0`, `at1`, …, all of them as bits.
 */
export interface FindMaps {
  readonly heatmap: Shape;
  /** Of `at` and `atOwn`, in this order. */
  readonly gathered: readonly GatheredMap[];
}

/** A map that entries copy from: which of its channels. */
export interface GatheredMap {
  readonly name: string;
  readonly shape: Shape;
  /** Channels of it that belong to each of the heatmap's; all of them where it is undefined. */
  readonly share?: number;
}

/** A map on the device. */
export interface DeviceMap {
  readonly shape: Shape;
  readonly buffer: GpuBuffer;
}

/** By the names of the network's outputs. */
export type DeviceMaps = ReadonlyMap<string, DeviceMap>;

type Find = Pick<TopPeaksQuery | BestCellsQuery, "heatmap" | "gather" | "gatherOwnChannel">;

export function findMaps({ heatmap, gather, gatherOwnChannel = [] }: Find, outputs: DeviceMaps): FindMaps {
  const shapeOf = (name: string) => (outputs.get(name) as DeviceMap).shape;
  const whole = shapeOf(heatmap);
  const all = gather.map((name) => ({ name, shape: shapeOf(name) }));
  const own = gatherOwnChannel.map((name) => ({
    name,
    shape: shapeOf(name),
    share: shapeOf(name)[3] / whole[3],
  }));
  return { heatmap: whole, gathered: [...all, ...own] };
}

/** Of `input0`, `input1`, …. */
export function findBuffers(
  { heatmap, gather, gatherOwnChannel = [] }: Find,
  outputs: DeviceMaps,
): GpuBuffer[] {
  return [heatmap, ...gather, ...gatherOwnChannel].map((name) => (outputs.get(name) as DeviceMap).buffer);
}

/** Numbers that an entry takes: the heatmap's value (as bits) and its index, then the maps' channels at its cell. */
export function entrySizeOf({ gathered }: FindMaps): number {
  return 2 + channelsOf(gathered);
}

function channelsOf(gathered: readonly GatheredMap[]): number {
  return gathered.reduce((sum, { shape, share = shape[3] }) => sum + share, 0);
}

/** Where a map's channels begin in an entry. */
function placeInEntry({ gathered }: FindMaps, name: string): number {
  const position = gathered.findIndex((map) => map.name === name);
  if (position < 0) {
    const got = gathered.map((map) => map.name).join(", ") || "none";
    throw new UsageError({ where: "peaks", expected: `a find with the map ${name}`, got });
  }
  return 2 + channelsOf(gathered.slice(0, position));
}

export function readEntries(maps: FindMaps, numbers: Float32Array, first: number, length: number): PeakList {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const entrySize = entrySizeOf(maps);
  const at = maps.gathered.map(({ name, shape, share = shape[3] }) => {
    const place = first + placeInEntry(maps, name);
    const rows = new Float32Array(length * share);
    for (let row = 0; row < length; row++) {
      const from = place + row * entrySize;
      rows.set(numbers.subarray(from, from + share), row * share);
    }
    return [name, rows] as const;
  });
  return {
    scores: Float32Array.from({ length }, (_, row) => numbers[first + row * entrySize]),
    indices: Int32Array.from({ length }, (_, row) => bits[first + row * entrySize + 1]),
    gathered: Object.fromEntries(at),
  };
}

export function gatheredOperands({ gathered }: FindMaps): Record<string, WgslOperand> {
  return Object.fromEntries(gathered.map((_, i) => [`at${i}`, `input${i + 1}` as WgslOperand]));
}

export function mapTypes({ gathered }: FindMaps): Record<string, string> {
  return Object.fromEntries(["heatmap", ...gathered.map((_, i) => `at${i}`)].map((name) => [name, BITS]));
}

const BITS = "array<vec4u>";

/** The bits of the largest finite float; those of negative ones are above it. */
export const LARGEST = "const LARGEST = 0x7f7fffffu;";

/** Of the thread numbered `index`, of one a vector of the heatmap. */
export function placeOf([, , width, channels]: Shape): string {
  const vectors = vectorCount(channels);
  return `  let vector = index % ${vectors}u;
  let cell = index / ${vectors}u;
  let row = i32(cell / ${width}u);
  let column = i32(cell % ${width}u);`;
}

/** Makes `faulty` true where other maps are not finite; the thread of a cell's first vector looks at all of them. */
export function gatheredFaults({ gathered }: FindMaps): string {
  return gathered
    .map(({ shape }, i) => {
      const vectors = vectorCount(shape[3]);
      return `  for (var i = 0u; vector == 0u && i < ${vectors}u; i++) {
    faulty = faulty || any((at${i}[cell * ${vectors}u + i] & vec4u(0x7fffffffu)) > vec4u(LARGEST));
  }`;
    })
    .join("\n");
}

/** Writes the entry of `channel` at `cell`, whose value has the bits `value`, from `list.entries[at]` on. */
export function writeEntry({ heatmap, gathered }: FindMaps, value: string): string {
  const copies = gathered.map(({ shape, share }, map) => {
    const vectors = vectorCount(shape[3]);
    const first = share === undefined ? "0u" : `channel * ${share}u`;
    return `  for (var i = 0u; i < ${share ?? shape[3]}u; i++) {
    let source = ${first} + i;
    list.entries[at] = at${map}[cell * ${vectors}u + source / 4u][source % 4u];
    at++;
  }`;
  });
  return [
    `  list.entries[at] = ${value};`,
    `  list.entries[at + 1u] = cell * ${heatmap[3]}u + channel;`,
    "  at += 2u;",
    ...copies,
  ].join("\n");
}

/** The instances of a weighted find: entries of another find's list. */
export interface Instances {
  readonly count: number;
  /** Numbers before the first. */
  readonly first: number;
  readonly entrySize: number;
  /** Of its heatmap: an index is cell · channels + channel. */
  readonly channels: number;
  /** Where a map's pairs begin in an entry. */
  placeOf(map: string): number;
}

/** Entries from the `first` number of a list on. */
export function instancesIn(maps: FindMaps, first: number, count: number): Instances {
  return {
    count,
    first,
    entrySize: entrySizeOf(maps),
    channels: maps.heatmap[3],
    placeOf: (map) => placeInEntry(maps, map),
  };
}
