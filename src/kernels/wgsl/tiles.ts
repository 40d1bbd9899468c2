import { MemoryError } from "../../errors.ts";
import type { Tile, WgslTarget } from "./kernel.ts";
import { MAX_WORKGROUPS } from "./source.ts";

/**
 * The tiles that proved useful in trials, largest first. The two arrays of the largest take 16 KiB of workgroup memory,
 * which is what every device guarantees.
 */
export const TILES: readonly Tile[] = [
  { rows: 128, columns: 128, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 128, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 64, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
  { rows: 32, columns: 64, depth: 16, threadRows: 4, threadColumns: 4 },
  { rows: 16, columns: 64, depth: 16, threadRows: 4, threadColumns: 4 },
];

/** For software adapters, which take longer to compile a shader than to run it: short code. */
export const SMALL_TILES: readonly Tile[] = [
  { rows: 32, columns: 32, depth: 8, threadRows: 4, threadColumns: 4 },
];

/** Rough share of a tile's time on NVIDIA spent on arithmetic: small tiles move more data per product. */
const EFFICIENCY: readonly (readonly [area: number, share: number])[] = [
  [16_384, 1],
  [8_192, 0.9],
  [4_096, 0.75],
  [2_048, 0.55],
  [0, 0.35],
];

/** A smaller tile is chosen only if its cost is below this fraction of the larger one's. */
const MAX_COST_RATIO = 0.97;
/** Min steps of k per slice; shorter ones cost more to add up than they save. */
const MIN_SLICE = 128;
const MAX_SLICES = 16;

export interface Tiling {
  readonly tile: Tile;
  readonly slices: number;
}

/**
 * Chooses the fastest tile in a simple model: waves of workgroups × area of a tile / its efficiency. A single product
 * that leaves half of the device idle is cut into slices.
 *
 * @throws MemoryError if the map has more rows than a grid of the largest tile covers.
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
  const tile = fitting.reduce((best, next) => (cost(next) < MAX_COST_RATIO * cost(best) ? next : best));
  const busy = groups(tile);
  const wanted = Math.min(MAX_SLICES, Math.floor(slots / busy), Math.floor(depth / MIN_SLICE));
  return { tile, slices: products === 1 && busy < slots / 2 ? Math.max(1, wanted) : 1 };
}

function efficiency(area: number): number {
  return EFFICIENCY.find(([least]) => area >= least)?.[1] ?? 1;
}
