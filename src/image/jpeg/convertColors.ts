import type { JpegFile } from "./readJpegFile.ts";
import type { ReadRow } from "./upsampleChroma.ts";

/** What the components of a JPEG stand for. CMYK and YCCK are stored inverted, as Adobe does. */
export type JpegColors = "gray" | "YCbCr" | "RGB" | "CMYK" | "YCCK";

const RGB_IDS = "82, 71, 66"; // "R", "G", "B"

/** libjpeg's rules (libjpeg.txt, "Special color spaces"), so that every reader agrees on the colors. */
export function jpegColors({ frame, hasJfif, adobeTransform }: JpegFile): JpegColors {
  if (frame.components.length === 1) return "gray";
  if (frame.components.length === 4) {
    return adobeTransform === null || adobeTransform === 0 ? "CMYK" : "YCCK";
  }
  if (hasJfif) return "YCbCr";
  if (adobeTransform !== null) return adobeTransform === 0 ? "RGB" : "YCbCr";
  const ids = frame.components.map((component) => component.id).join(", ");
  return ids === RGB_IDS ? "RGB" : "YCbCr";
}

/** Makes RGB, from `at` on in `pixels`, of a row of samples from each component. */
type ConvertRow = (rows: readonly Uint8Array[], pixels: Uint8Array, at: number, width: number) => void;

const CONVERT_ROW: Readonly<Record<JpegColors, ConvertRow>> = {
  gray: ([gray], pixels, at, width) => takeAsRgb([gray, gray, gray], pixels, at, width),
  RGB: takeAsRgb,
  YCbCr: convertYCbCr,
  CMYK([cyan, magenta, yellow, black], pixels, at, width) {
    takeAsRgb([cyan, magenta, yellow], pixels, at, width);
    for (let i = at; i < at + width * 3; i++) pixels[i] = 255 - pixels[i];
    addBlack(black, pixels, at, width);
  },
  YCCK(rows, pixels, at, width) {
    convertYCbCr(rows, pixels, at, width);
    addBlack(rows[3], pixels, at, width);
  },
};

/**
 * Writes an image's RGB into `pixels`. A row of every component is read before the same row is written, so
 * that `pixels` may be what the rows are read from.
 */
export function convertColors(
  colors: JpegColors,
  readRows: readonly ReadRow[],
  { width, height }: { readonly width: number; readonly height: number },
  pixels: Uint8Array,
): void {
  const convertRow = CONVERT_ROW[colors];
  for (let y = 0; y < height; y++) {
    const rows = readRows.map((readRow) => readRow(y));
    convertRow(rows, pixels, y * width * 3, width);
  }
}

function takeAsRgb(
  [red, green, blue]: readonly Uint8Array[],
  pixels: Uint8Array,
  at: number,
  width: number,
): void {
  let to = at;
  for (let x = 0; x < width; x++) {
    pixels[to++] = red[x];
    pixels[to++] = green[x];
    pixels[to++] = blue[x];
  }
}

/** JFIF 1.02's equations, rounded as libjpeg does (jdcolor.c): in 65536ths, each channel once. */
function convertYCbCr(
  [luma, cb, cr]: readonly Uint8Array[],
  pixels: Uint8Array,
  at: number,
  width: number,
): void {
  let to = at;
  for (let x = 0; x < width; x++) {
    const y = luma[x];
    const blue = cb[x] - 128;
    const red = cr[x] - 128;
    pixels[to++] = clamp(y + ((91881 * red + 32768) >> 16));
    pixels[to++] = clamp(y + ((-22554 * blue - 46802 * red + 32768) >> 16));
    pixels[to++] = clamp(y + ((116130 * blue + 32768) >> 16));
  }
}

/** From inks to RGB. `light` is 255 where there is no black, as Adobe stores it. */
function addBlack(light: Uint8Array, pixels: Uint8Array, at: number, width: number): void {
  let to = at;
  for (let x = 0; x < width; x++) {
    for (const end = to + 3; to < end; to++) pixels[to] = Math.round(((255 - pixels[to]) * light[x]) / 255);
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
