/** A kite and the sun as features made by hand, and every step of the modules that pool them. */
import { channelOf } from "../models/centerMaps.ts";
import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import { cascadePooling, centerPooling, cornerPooling } from "./poolModules.ts";

/** A cell of the maps. */
export type PoolCell = readonly [row: number, column: number];
type Spot = readonly [cell: PoolCell, value: number];

/** Where the scene's objects lie in the maps. */
export const POOL_CELLS = {
  rows: 14,
  columns: 24,
  kite: { top: [6, 6], left: [9, 3], bottom: [12, 6], right: [9, 9], middle: [9, 6] },
  sun: { top: [2, 17], left: [4, 15], middle: [4, 17] },
  /** No object has the spurious corner: its row is that of the sun's top, its column that of the kite's left. */
  corners: { kite: [6, 3], sun: [2, 15], spurious: [2, 3] },
} as const;

/** The steps, each [1, rows, columns, 1]. */
export interface PoolMaps {
  /** What corner pooling reads: both objects have sides. */
  readonly leftSides: Tensor;
  readonly topSides: Tensor;
  /** Top pooling of the left sides, left pooling of the top sides, and their sum. */
  readonly top: Tensor;
  readonly left: Tensor;
  readonly sum: Tensor;
  /** The vertical branch of cascade corner pooling: the interior, seen from the left; the sides added; pooled. */
  readonly interior: Tensor;
  readonly interiorSeen: Tensor;
  readonly sideAndInterior: Tensor;
  readonly vertical: Tensor;
  /** What cascade corner pooling returns in place of `sum`. */
  readonly cascade: Tensor;
  /** What center pooling reads: the kite's tips, above and below, left and right of its middle. */
  readonly verticalTips: Tensor;
  readonly horizontalTips: Tensor;
  /** The largest of each column, of each row, and their sum. */
  readonly column: Tensor;
  readonly row: Tensor;
  readonly center: Tensor;
}

const { kite: KITE, sun: SUN } = POOL_CELLS;
/** The kite and the sun both have sides; only the kite has an interior like a kite's. */
const LEFT_SIDES = spots(1, KITE.left, SUN.left);
const TOP_SIDES = spots(1, KITE.top, SUN.top);
const INTERIOR = [...spots(1, KITE.middle), ...spots(0.6, [8, 6], [10, 6], [9, 5], [9, 7])];
const VERTICAL_TIPS = [...spots(1, KITE.top), ...spots(0.6, KITE.bottom)];
const HORIZONTAL_TIPS = [...spots(1, KITE.left), ...spots(0.6, KITE.right)];

/** Runs the networks' own pooling modules on the scene. It needs no weights: the few there are were chosen by hand. */
export async function illustratedPools(): Promise<PoolMaps> {
  const [leftSides, topSides] = [features(LEFT_SIDES), features(TOP_SIDES)];
  const [top, left, sum] = await cornerPooling(leftSides, topSides);
  const cascaded = await cascadePooling(features(LEFT_SIDES, TOP_SIDES, INTERIOR));
  const [interior, interiorSeen, sideAndInterior, vertical, cascade] = cascaded.map((map) =>
    channelOf(map, 0),
  );
  const centered = await centerPooling(features(VERTICAL_TIPS, HORIZONTAL_TIPS));
  const [column, row, center] = centered.map((map) => channelOf(map, 0));
  const corners = { leftSides, topSides, top, left, sum };
  const tips = { verticalTips: features(VERTICAL_TIPS), horizontalTips: features(HORIZONTAL_TIPS) };
  return {
    ...corners,
    ...{ interior, interiorSeen, sideAndInterior, vertical, cascade },
    ...tips,
    ...{ column, row, center },
  };
}

/** Cells from `top` to `bottom` and from `left` to `right`, both included. */
export interface SeenCells {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Which cells of the module's input a cell of a step looks at. Convolutions see their neighbors besides. */
export function cellsSeen(step: "top" | "left" | "sum" | "cascade" | "center", cell: PoolCell): SeenCells[] {
  const [row, column] = cell;
  const [bottom, right] = [POOL_CELLS.rows - 1, POOL_CELLS.columns - 1];
  const below = { top: row, left: column, bottom, right: column };
  const beside = { top: row, left: column, bottom: row, right };
  switch (step) {
    case "top":
      return [below];
    case "left":
      return [beside];
    case "sum":
      return [below, beside];
    case "cascade":
      return [{ top: row, left: column, bottom, right }];
    case "center":
      return [
        { ...below, top: 0 },
        { ...beside, left: 0 },
      ];
  }
}

function spots(value: number, ...cells: readonly PoolCell[]): Spot[] {
  return cells.map((cell) => [cell, value]);
}

/** Each channel is zero apart from its spots. */
function features(...channels: readonly (readonly Spot[])[]): Tensor {
  const { rows, columns } = POOL_CELLS;
  const map = tensor(shapeOf(rows, columns, channels.length));
  for (const [channel, ofChannel] of channels.entries()) {
    for (const [[row, column], value] of ofChannel) {
      map.data[(row * columns + column) * channels.length + channel] = value;
    }
  }
  return map;
}
