import type { JpegColours } from "./jpegColours.ts";

/** Makes RGB, from `at` on in `pixels`, of a line of samples from each component. */
export type ConvertLine = (lines: readonly Uint8ClampedArray[], pixels: Uint8Array, at: number) => void;

/** Fractions are cut off, as jpeg-js does. */
export const CONVERT_LINE: Readonly<Record<JpegColours, ConvertLine>> = {
  grey: ([grey], pixels, at) => takeAsRgb([grey, grey, grey], pixels, at),
  RGB: takeAsRgb,
  YCbCr: convertYCbCr,
  CMYK(lines, pixels, at) {
    takeAsRgb(lines, pixels, at);
    const end = at + lines[0].length * 3;
    for (let i = at; i < end; i++) pixels[i] = 255 - pixels[i];
    addBlack(lines[3], pixels, at);
  },
  YCCK(lines, pixels, at) {
    convertYCbCr(lines, pixels, at);
    addBlack(lines[3], pixels, at);
  },
};

function takeAsRgb([red, green, blue]: readonly Uint8ClampedArray[], pixels: Uint8Array, at: number): void {
  let to = at;
  for (let x = 0; x < red.length; x++) {
    pixels[to++] = red[x];
    pixels[to++] = green[x];
    pixels[to++] = blue[x];
  }
}

/** JFIF 1.02, page 3. */
function convertYCbCr([luma, cb, cr]: readonly Uint8ClampedArray[], pixels: Uint8Array, at: number): void {
  let to = at;
  for (let x = 0; x < luma.length; x++) {
    const blueness = cb[x] - 128;
    const redness = cr[x] - 128;
    pixels[to++] = clamp(luma[x] + 1.402 * redness);
    pixels[to++] = clamp(luma[x] - 0.3441363 * blueness - 0.71413636 * redness);
    pixels[to++] = clamp(luma[x] + 1.772 * blueness);
  }
}

/** From cyan, magenta and yellow to RGB, by how much black there is besides: 0 is all of it, as Adobe stores it. */
function addBlack(whiteness: Uint8ClampedArray, pixels: Uint8Array, at: number): void {
  let to = at;
  for (let x = 0; x < whiteness.length; x++) {
    const black = 255 - whiteness[x];
    for (const end = to + 3; to < end; to++) {
      pixels[to] = 255 - clamp(pixels[to] * (1 - black / 255) + black);
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
