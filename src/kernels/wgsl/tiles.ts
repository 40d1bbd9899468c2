import { MemoryError } from "../../errors.ts";
import type { Tile, WgslTarget } from "./kernel.ts";
import { MAX_WORKGROUPS } from "./source.ts";

/**
 * Tiles that were useful in trials, largest first. The two arrays of the largest fill 16 KiB of workgroup
 * memory, which is all that every device has.
 */
export const TILES: readonly Tile[] = [
  { rows: 128, columns: 128, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 128, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 64, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 32, columns: 64, depth: 16, threadRows: 4, threadColumns: 4 },
  { rows: 16, columns: 64, depth: 16, threadRows: 4, threadColumns: 4 },
];

/** For software adapters, which compile a shader for longer than they run it: little text. */
export const SMALL_TILES: readonly Tile[] = [
  { rows: 32, columns: 32, depth: 8, threadRows: 4, threadColumns: 4 },
];

/** Of a tile's time on NVIDIA, what goes into arithmetic, roughly: small ones move more for each product. */
const EFFICIENCY: readonly (readonly [area: number, share: number])[] = [
  [16_384, 1],
  [8_192, 0.9],
  [4_096, 0.75],
  [2_048, 0.55],
  [0, 0.35],
];

/** A smaller tile must save so much to be taken. */
const CLEARLY = 0.97;
/** A slice is worth its sum only above so many steps of k. */
const SHORTEST_SLICE = 128;
const MAX_SLICES = 16;

export interface Tiling {
  readonly tile: Tile;
  readonly slices: number;
}

/**
 * The tile with the least time in a simple model: waves of workgroups × area of a tile / its efficiency. A single
 * product that leaves half of the device idle is cut into slices.
 */
export function chooseTiling(
  { tiles, slots }: WgslTarget,
  { rows, columns, depth, products }: { rows: number; columns: number; depth: number; products: number },
): Tiling {
  const groups = (tile: Tile) => Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * products;
  const cost = (tile: Tile) =>
    (Math.ceil(groups(tile) / slots) * tile.rows * tile.columns) / efficiency(tile.rows * tile.columns);
  const fitting = tiles.filter((tile) => Math.ceil(rows / tile.rows) <= MAX_WORKGROUPS);
  if (fitting.length === 0) {
    throw new MemoryError({
      where: "backend wgsl",
      expected: `maps of at most ${MAX_WORKGROUPS * tiles[0].rows} cells`,
      got: `one of ${rows}`,
    });
  }
  const tile = fitting.reduce((best, next) => (cost(next) < CLEARLY * cost(best) ? next : best));
  const busy = groups(tile);
  const wanted = Math.min(MAX_SLICES, Math.floor(slots / busy), Math.floor(depth / SHORTEST_SLICE));
  return { tile, slices: products === 1 && busy < slots / 2 ? Math.max(1, wanted) : 1 };
}

function efficiency(area: number): number {
  return EFFICIENCY.find(([least]) => area >= least)?.[1] ?? 1;
}
