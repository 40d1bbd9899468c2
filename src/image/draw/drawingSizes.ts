import type { Rectangle } from "./shapes.ts";

/** How large things are drawn, in pixels. */
export interface DrawingSizes {
  /** Half a line's width. */
  lineRadius: number;
  /** The dark rim around coloured lines and dots that sets them off from any background. */
  rim: number;
  dotRadius: number;
  /** Height of a label's capitals. */
  capitalHeight: number;
  corner: number;
}

const SMALLEST_LINE = 0.75;
const SMALLEST_DOT = 1.8;

/**
 * In proportion to the picture, so that it looks the same when photos of 200 and 4000 pixels are shown at one
 * size, but never so small that a line is fainter than a pixel or a letter unreadable.
 */
export function drawingSizes(width: number, height: number): DrawingSizes {
  // The root of the area, held back on banners so that things do not outgrow the shorter side.
  const side = Math.min(Math.sqrt(width * height), 2 * Math.min(width, height));
  return {
    lineRadius: Math.max(SMALLEST_LINE, side / 540),
    rim: Math.max(0.6, side / 900),
    dotRadius: Math.max(SMALLEST_DOT, side / 185),
    capitalHeight: Math.max(7, side / 66),
    corner: side / 200,
  };
}

/** The sizes for the skeleton of one person: thinner where the usual ones would hide someone far away. */
export function skeletonSizes(sizes: DrawingSizes, person: Rectangle): DrawingSizes {
  const side = Math.max(person.xmax - person.xmin, person.ymax - person.ymin);
  return {
    ...sizes,
    lineRadius: Math.min(sizes.lineRadius, Math.max(SMALLEST_LINE, side / 150)),
    dotRadius: Math.min(sizes.dotRadius, Math.max(SMALLEST_DOT, side / 50)),
  };
}
