import type { Color, Rectangle } from "./shapes.ts";

/** Sizes of what is drawn, in pixels. */
export interface DrawingSizes {
  /** Half a line's width. */
  lineRadius: number;
  /** Width of the dark rim that sets colored lines and dots off from any background. */
  rim: number;
  dotRadius: number;
  /** Height of a label's capitals. */
  capitalHeight: number;
  corner: number;
}

const SMALLEST_LINE = 0.75;
const SMALLEST_DOT = 1.8;

/**
 * Sizes in proportion to the image, so that images of 200 and of 4000 pixels look alike when shown at the same
 * size. Lines are never thinner than a pixel, and letters stay legible.
 */
export function drawingSizes(width: number, height: number): DrawingSizes {
  // The square root of the area, limited for banners so that nothing outgrows the shorter side.
  const side = Math.min(Math.sqrt(width * height), 2 * Math.min(width, height));
  return {
    lineRadius: Math.max(SMALLEST_LINE, side / 540),
    rim: Math.max(0.6, side / 900),
    dotRadius: Math.max(SMALLEST_DOT, side / 185),
    capitalHeight: Math.max(7, side / 66),
    corner: side / 200,
  };
}

/** Sizes for one person's skeleton: thinner for a small person, whom the usual lines would hide. */
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

/** Bright, distinct colors; the first ones, and neighbors in the list, differ the most. */
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

/** The color of a class or a person. Colors repeat after ten. */
export function colorOf(index: number): Color {
  return PALETTE[Math.abs(Math.trunc(index)) % PALETTE.length] ?? PALETTE[0];
}

/** Black or white, whichever reads better on the color (luminance as in ITU-R BT.709). */
export function readableOn([red, green, blue]: Color): Color {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110 ? BLACK : WHITE;
}
