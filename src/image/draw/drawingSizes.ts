import type { Color, Rectangle } from "./shapes.ts";

/** How large things are drawn, in pixels. */
export interface DrawingSizes {
  /** Half a line's width. */
  lineRadius: number;
  /** The dark rim around colored lines and dots that sets them off from any background. */
  rim: number;
  dotRadius: number;
  /** Height of a label's capitals. */
  capitalHeight: number;
  corner: number;
}

const SMALLEST_LINE = 0.75;
const SMALLEST_DOT = 1.8;

/**
 * In proportion to the image, so that it looks the same when images of 200 and 4000 pixels are shown at one
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

export const BLACK: Color = [0, 0, 0];
export const WHITE: Color = [255, 255, 255];

/** Bright, and far from each other, the first ones and neighbors in the list the most. */
const PALETTE: readonly Color[] = [
  [41, 190, 250], // sky
  [255, 202, 40], // amber
  [255, 100, 190], // pink
  [102, 226, 110], // green
  [255, 96, 84], // coral
  [196, 130, 255], // violet
  [200, 232, 60], // lime
  [255, 150, 45], // orange
  [130, 155, 255], // periwinkle
  [40, 220, 200], // teal
];

/** The color of a class or of a person; beyond ten they repeat. */
export function colorOf(index: number): Color {
  return PALETTE[Math.abs(Math.trunc(index)) % PALETTE.length] ?? PALETTE[0];
}

/** Black or white, whichever is easier to read on a color (luminance by ITU-R BT.709). */
export function readableOn([red, green, blue]: Color): Color {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110 ? BLACK : WHITE;
}
