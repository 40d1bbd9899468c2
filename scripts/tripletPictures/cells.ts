import { drawHeatmap } from "../../src/image/draw/drawHeatmap.ts";
import { WHITE } from "../../src/image/draw/drawingSizes.ts";
import {
  type Color,
  fillRounded,
  type Point,
  type Rectangle,
  strokeLine,
} from "../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { outline } from "./marks.ts";
import { drawKite, drawSun, RED_KITE, sky } from "./sky.ts";

/** The small scene of the pools, in cells of a heatmap: a kite and, up in the sky, the sun. */
export const ROWS = 14;
export const COLUMNS = 24;
const CELL = 32;

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export const KITE = {
  top: { row: 6, column: 6 },
  left: { row: 9, column: 3 },
  bottom: { row: 12, column: 6 },
  right: { row: 9, column: 9 },
  middle: { row: 9, column: 6 },
  corner: { row: 6, column: 3 },
} as const satisfies Record<string, Cell>;
export const SUN = {
  top: { row: 2, column: 17 },
  left: { row: 4, column: 15 },
  corner: { row: 2, column: 15 },
} as const satisfies Record<string, Cell>;
/** The kite's column and the sun's row: a corner of nothing. */
export const FALSE_CORNER: Cell = { row: SUN.top.row, column: KITE.left.column };

export function scene({ withSun = true } = {}): RgbImage {
  const picture = sky(COLUMNS * CELL, ROWS * CELL, 0);
  if (withSun) drawSun(picture, middleOf({ row: 4, column: 17 }), 2.5 * CELL);
  drawKite(picture, spanned(KITE.corner, { row: 12, column: 9 }), RED_KITE);
  return picture;
}

/** Features of so many channels that are 0 but at the given cells. */
export function features(channels: number, values: readonly (readonly [Cell, number, number])[]): Tensor {
  const map = tensor(shapeOf(ROWS, COLUMNS, channels));
  for (const [{ row, column }, channel, value] of values) {
    map.data[(row * COLUMNS + column) * channels + channel] = value;
  }
  return map;
}

/** The scene, darkened, under a map whose value `most` is white; what is below 0 stays dark. */
export function heat(map: Tensor, most: number, ground = scene()): RgbImage {
  const shown = { shape: map.shape, data: map.data.map((value) => value / most) };
  const place = { left: 0, top: 0, cellsPerPixelX: 1 / CELL, cellsPerPixelY: 1 / CELL };
  return withGrid(drawHeatmap(ground, shown, place));
}

/** The scene with cells in colors. */
export function marked(cells: readonly (readonly [Cell, Color])[], ground = scene()): RgbImage {
  for (const [cell, color] of cells) fillRounded(ground, spanned(cell, cell), 0, { color, opacity: 0.9 });
  return withGrid(ground);
}

export function ring(picture: RgbImage, cell: Cell, color: Color = WHITE): void {
  outline(picture, spanned(cell, cell), 2.5, { color, opacity: 1 });
}

export function boxAround(picture: RgbImage): void {
  outline(picture, spanned(KITE.corner, { row: 12, column: 9 }), 0.8, { color: WHITE, opacity: 0.7 });
}

export function middleOf({ row, column }: Cell): Point {
  return { x: (column + 0.5) * CELL, y: (row + 0.5) * CELL };
}

function spanned(first: Cell, last: Cell): Rectangle {
  return {
    xmin: first.column * CELL,
    ymin: first.row * CELL,
    xmax: (last.column + 1) * CELL,
    ymax: (last.row + 1) * CELL,
  };
}

function withGrid(picture: RgbImage): RgbImage {
  const faint = { color: WHITE, opacity: 0.14 };
  const { width, height } = picture;
  for (let row = 1; row < ROWS; row++) {
    strokeLine(picture, { from: { x: 0, y: row * CELL }, to: { x: width, y: row * CELL } }, 0.5, faint);
  }
  for (let column = 1; column < COLUMNS; column++) {
    strokeLine(
      picture,
      { from: { x: column * CELL, y: 0 }, to: { x: column * CELL, y: height } },
      0.5,
      faint,
    );
  }
  return picture;
}
