import { type PoolCell as Cell, POOL_CELLS, type PoolMaps, type Tensor } from "./project.ts";
import { disc, heat, kite, RED_AND_YELLOW, sky } from "./scene.ts";
import { arrow, element, figure, label, type Point, rimmed } from "./svg.ts";

const { rows: ROWS, columns: COLUMNS, kite: KITE, sun: SUN, corners: CORNERS } = POOL_CELLS;
/** A cell is drawn as a square of CELL pixels. */
const CELL = 32;
const SIZE = { width: COLUMNS * CELL, height: ROWS * CELL };

const LEFT = "#ff5ca6";
const TOP = "#5b8cff";
const KITE_BOX = { xmin: 3 * CELL, ymin: 6 * CELL, xmax: 10 * CELL, ymax: 13 * CELL };
const KITE_SCENE = [sky(SIZE), kite(KITE_BOX, RED_AND_YELLOW, SIZE.height)];
const KITE_AND_SUN = [...KITE_SCENE, disc(middleOf(SUN.middle), 2.5 * CELL, "#ffd65c")];
const BOX = rimmed("rect", square(CORNERS.kite, 7), "#fff", 1.5);
const RULES = [
  ...Array.from({ length: ROWS - 1 }, (_, row) => `M0 ${(row + 1) * CELL}h${SIZE.width}`),
  ...Array.from({ length: COLUMNS - 1 }, (_, column) => `M${(column + 1) * CELL} 0v${SIZE.height}`),
];
const GRID = element("path", { d: RULES.join(""), stroke: "#fff", "stroke-opacity": 0.14 });

export function cornerPoolFigure({ top, left, sum }: PoolMaps): string {
  const sides = [...filled([KITE.left, SUN.left], LEFT), ...filled([KITE.top, SUN.top], TOP)];
  const corner = [BOX, ring(CORNERS.kite), note("kite corner: only sky", [7.4, 0.3])];
  const names = [note("left sides", [10.3, 0.3], LEFT), note("top sides", [5, 6], TOP)];
  const down = [...looks(CORNERS.kite, KITE.left), ...looks(CORNERS.sun, SUN.left)];
  const right = [...looks(CORNERS.kite, KITE.top), ...looks(CORNERS.sun, SUN.top)];
  return figure("Corner pooling", SIZE, [
    ["The features show left and top sides", [...KITE_AND_SUN, GRID, ...sides, ...corner, ...names]],
    ["Top pooling: look down for left sides", [...heated(top, 1.6), ...down]],
    ["Left pooling: look right for top sides", [...heated(left, 1.6), ...right]],
    ["Their sum: three corners, one of a kite", corners(sum)],
  ]);
}

export function cascadeFigure(maps: PoolMaps): string {
  const { interior: look, interiorSeen: seen, sideAndInterior: sum, vertical: v } = maps;
  const both = [ring(KITE.left), note(`side + interior: ${valueAt(sum, KITE.left)}`, [11.3, 0.3])];
  const alone = [ring(SUN.left), note(`side alone: ${valueAt(sum, SUN.left)}`, [4, 9])];
  const down = looks(CORNERS.kite, KITE.left);
  return figure("Cascade corner pooling", SIZE, [
    ["lookV(x): the interior", [...heated(look, 1.3), BOX, note("kite interior", [9, 10.5])]],
    [
      "H(lookV(x)): look right for the interior",
      [...heated(seen, 1.6), BOX, ...looks(KITE.left, KITE.middle)],
    ],
    ["bodyV(x) + H(lookV(x)): add left sides", [...heated(sum, 2), BOX, ...both, ...alone]],
    ["v: convV subtracts 1, then V looks down", [...heated(v, 1.3), BOX, ...down]],
    ["Before: corner pooling alone", corners(maps.sum)],
    ["After: cascade corner pooling, v + h", corners(maps.cascade)],
  ]);
}

export function centerPoolFigure({ column, row, center: sum }: PoolMaps): string {
  const tips = [...filled([KITE.top, KITE.bottom], TOP), ...filled([KITE.left, KITE.right], LEFT)];
  const v = note("v: top and bottom tips", [5, 6], TOP);
  const h = note("h: left and right tips", [9, 10.5], LEFT);
  const upAndDown = [points([5, 6], [0, 6]), points([7, 6], [13, 6])];
  const leftAndRight = [points([9, 2], [9, 0]), points([9, 4], [9, 23])];
  const center = [ring(KITE.middle), note(`center: ${valueAt(sum, KITE.middle)}`, [7.5, 7.3])];
  return figure("Center pooling", SIZE, [
    ["The features show four tips", [...KITE_SCENE, GRID, ...tips, BOX, v, h]],
    ["bottom(top(v)): the max of each column", [...heated(column, 1.6, KITE_SCENE), BOX, ...upAndDown]],
    ["right(left(h)): the max of each row", [...heated(row, 1.6, KITE_SCENE), BOX, ...leftAndRight]],
    ["Their sum: largest where both lines cross", [...heated(sum, 2, KITE_SCENE), BOX, ...center]],
  ]);
}

/** What a module computes for each of the three corners. */
function corners(sum: Tensor): string[] {
  const marks = Object.entries(CORNERS).map(([name, cell]) => {
    return ring(cell) + note(`${name} corner: ${valueAt(sum, cell)}`, [cell[0] - 1.4, cell[1] + 1.6]);
  });
  return [...heated(sum, 2), BOX, ...marks];
}

/** The scene below a map whose value `white` is drawn white. */
function heated({ shape, data }: Tensor, white: number, scene = KITE_AND_SUN): string[] {
  return [...scene, heat({ shape, data: data.map((value) => value / white) }, SIZE), GRID];
}

/** To one decimal: batch norm's epsilon makes 1 slightly less. */
function valueAt(map: Tensor, cell: Cell): number {
  return Number(map.data[cell[0] * COLUMNS + cell[1]].toFixed(1));
}

/** A ringed cell, and an arrow to the cell whose value it takes. */
function looks(from: Cell, to: Cell): string[] {
  return [ring(from), points(from, to)];
}

function points(from: Cell, to: Cell): string {
  return arrow(middleOf(from), middleOf(to));
}

function ring(cell: Cell): string {
  return rimmed("rect", square(cell), "#fff", 5);
}

function filled(cells: readonly Cell[], fill: string): string[] {
  return cells.map((cell) => element("rect", { ...square(cell), fill, opacity: 0.9 }));
}

/** A label that begins at the left edge of a cell. */
function note(words: string, [row, column]: Cell, color?: string): string {
  return label(words, { x: column * CELL, y: (row + 0.5) * CELL }, color);
}

function square([row, column]: Cell, sides = 1) {
  return { x: column * CELL, y: row * CELL, width: sides * CELL, height: sides * CELL };
}

function middleOf([row, column]: Cell): Point {
  return { x: (column + 0.5) * CELL, y: (row + 0.5) * CELL };
}
