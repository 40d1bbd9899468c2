import { ImageError } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";
import type { PngHeader } from "./pngHeader.ts";
import type { PngFile } from "./readPngFile.ts";

/**
 * Writes one pass's pixels to their places in the image. `rows` holds the unfiltered rows: per row one filter
 * byte and `rowBytes` bytes of packed samples. Alpha is dropped.
 *
 * @throws ImageError for a color that the palette does not have.
 */
export function writePass(
  image: RgbImage,
  pass: SizedPass,
  rows: Uint8Array,
  rowBytes: number,
  file: PngFile,
  where: string,
): void {
  const { header } = file;
  const colors = colorTable(file);
  const rowSamples = pass.width * header.channels;
  const isUnpacked = header.bitDepth === 8;
  const samples = isUnpacked ? rows : new Uint8Array(rowSamples);
  const source = colors ?? samples;
  for (let row = 0; row < pass.height; row++) {
    const start = row * (rowBytes + 1) + 1;
    if (!isUnpacked) unpackSamples(rows, start, header.bitDepth, samples);
    const first = isUnpacked ? start : 0;
    const y = pass.top + row * pass.stepY;
    let to = (y * image.width + pass.left) * 3;
    for (let i = first; i < first + rowSamples; i += header.channels) {
      const from = colors ? samples[i] * 3 : i;
      if (from >= source.length) throw missingColor(samples[i], source.length / 3, where);
      image.data[to] = source[from];
      image.data[to + 1] = source[from + 1];
      image.data[to + 2] = source[from + 2];
      to += pass.stepX * 3;
    }
  }
}

/**
 * Unpacks the row at `start` to one byte per sample: 16 bits are rounded to 8; fewer than 8 are not scaled. Rows of 8
 * bits are as they should be.
 */
export function unpackSamples(rows: Uint8Array, start: number, bitDepth: number, samples: Uint8Array): void {
  if (bitDepth === 16) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = Math.round((rows[start + i * 2] * 256 + rows[start + i * 2 + 1]) / 257);
    }
  } else {
    const perByte = 8 / bitDepth;
    const mask = 2 ** bitDepth - 1;
    for (let i = 0; i < samples.length; i++) {
      const shift = 8 - bitDepth * ((i % perByte) + 1);
      samples[i] = (rows[start + Math.floor(i / perByte)] >> shift) & mask;
    }
  }
}

/** Red, green and blue for each value of a pixel's only sample; null if the samples are the color itself. */
function colorTable({ header, palette }: PngFile): Uint8Array | null {
  if (header.kind === "palette") return palette;
  if (header.kind === "rgb" || header.kind === "rgbAlpha") return null;
  const levels = greyLevels(header);
  return new Uint8Array(levels * 3).map((_, i) => (Math.floor(i / 3) * 255) / (levels - 1));
}

function greyLevels(header: PngHeader): number {
  return 2 ** Math.min(header.bitDepth, 8);
}

function missingColor(index: number, colors: number, where: string): ImageError {
  return new ImageError({
    where,
    expected: `pixels of a palette of ${colors} colors`,
    got: `color ${index}`,
    hint: "The file is damaged.",
  });
}

/** The pixels (left + i * stepX, top + j * stepY), stored as a small image of their own. */
export interface PngPass {
  left: number;
  top: number;
  stepX: number;
  stepY: number;
}

/** Adam7: seven passes from coarse to fine (PNG specification, third edition, section 8.1). */
const ADAM7: readonly PngPass[] = [
  { left: 0, top: 0, stepX: 8, stepY: 8 },
  { left: 4, top: 0, stepX: 8, stepY: 8 },
  { left: 0, top: 4, stepX: 4, stepY: 8 },
  { left: 2, top: 0, stepX: 4, stepY: 4 },
  { left: 0, top: 2, stepX: 2, stepY: 4 },
  { left: 1, top: 0, stepX: 2, stepY: 2 },
  { left: 0, top: 1, stepX: 1, stepY: 2 },
];

const WHOLE: readonly PngPass[] = [{ left: 0, top: 0, stepX: 1, stepY: 1 }];

/** A pass and its size. Passes without pixels, which small images have, are omitted. */
export type SizedPass = PngPass & { width: number; height: number };

export function pngPasses(width: number, height: number, interlaced: boolean): SizedPass[] {
  return (interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({
      ...pass,
      width: Math.ceil((width - pass.left) / pass.stepX),
      height: Math.ceil((height - pass.top) / pass.stepY),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}
