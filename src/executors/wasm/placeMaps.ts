import type { Lifetime } from "../lifetimes.ts";

export interface MemoryPlacement {
  /** By name, in bytes from the start of the memory that all share. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/** Every map starts on a cache line. */
const ALIGNMENT = 64;

/**
 * Places maps so that no two overlap that are in use at the same time: the largest first, each at the lowest offset
 * that is free for its whole lifetime (Pisarchyk & Lee, arXiv:2001.03288, "greedy by size").
 */
export function placeMaps(lifetimes: readonly Lifetime[]): MemoryPlacement {
  const placed: (Lifetime & { readonly offset: number })[] = [];
  for (const map of [...lifetimes].sort((a, b) => b.bytes - a.bytes)) {
    let offset = 0;
    // `placed` is in ascending order, so the first gap that is wide enough is the lowest.
    for (const other of placed) {
      if (other.until < map.from || other.from > map.until) continue;
      if (offset + map.bytes <= other.offset) break;
      offset = Math.max(offset, align(other.offset + other.bytes));
    }
    const index = placed.findIndex((other) => other.offset > offset);
    placed.splice(index === -1 ? placed.length : index, 0, { ...map, offset });
  }
  return {
    offsets: new Map(placed.map(({ name, offset }) => [name, offset])),
    bytes: placed.reduce((end, { offset, bytes }) => Math.max(end, align(offset + bytes)), 0),
  };
}

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
