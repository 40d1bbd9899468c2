import type { Colour } from "./shapes.ts";

export const BLACK: Colour = [0, 0, 0];
export const WHITE: Colour = [255, 255, 255];

/** Bright, and far from each other, the first ones and neighbours in the list the most. */
const PALETTE: readonly Colour[] = [
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

/** The colour of a class or of a person; beyond ten they repeat. */
export function colourOf(index: number): Colour {
  return PALETTE[Math.abs(Math.trunc(index)) % PALETTE.length] ?? PALETTE[0];
}

/** Black or white, whichever is easier to read on a colour (luminance by ITU-R BT.709). */
export function readableOn([red, green, blue]: Colour): Colour {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110 ? BLACK : WHITE;
}
