import { ImageError } from "../../errors.ts";
import type { Picture } from "../picture.ts";
import type { PngHeader } from "./pngHeader.ts";
import type { SizedPass } from "./pngPasses.ts";
import type { PngFile } from "./readPngFile.ts";

/**
 * Writes one pass's pixels to their places in the picture. `rows` holds its unfiltered rows, each one
 * filter byte and `rowBytes` bytes of packed samples. Alpha is dropped.
 */
export function writePass(
  picture: Picture,
  pass: SizedPass,
  rows: Uint8Array,
  rowBytes: number,
  file: PngFile,
  where: string,
): void {
  const { header } = file;
  const colours = colourTable(file);
  const samples = new Uint8Array(pass.width * header.channels);
  const source = colours ?? samples;
  for (let row = 0; row < pass.height; row++) {
    const start = row * (rowBytes + 1) + 1;
    unpackSamples(rows.subarray(start, start + rowBytes), header.bitDepth, samples);
    const y = pass.top + row * pass.stepY;
    let to = (y * picture.width + pass.left) * 3;
    for (let i = 0; i < samples.length; i += header.channels) {
      const from = colours ? samples[i] * 3 : i;
      if (from >= source.length) throw missingColour(samples[i], source.length / 3, where);
      picture.data[to] = source[from];
      picture.data[to + 1] = source[from + 1];
      picture.data[to + 2] = source[from + 2];
      to += pass.stepX * 3;
    }
  }
}

/** One byte a sample: 16 bits rounded to 8, fewer than 8 unpacked from the left and not scaled. */
function unpackSamples(row: Uint8Array, bitDepth: number, samples: Uint8Array): void {
  if (bitDepth === 8) {
    samples.set(row);
  } else if (bitDepth === 16) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = Math.round((row[i * 2] * 256 + row[i * 2 + 1]) / 257);
    }
  } else {
    const perByte = 8 / bitDepth;
    const mask = 2 ** bitDepth - 1;
    for (let i = 0; i < samples.length; i++) {
      const shift = 8 - bitDepth * ((i % perByte) + 1);
      samples[i] = (row[Math.floor(i / perByte)] >> shift) & mask;
    }
  }
}

/** Red, green, blue for each value of a pixel's first sample; null where the samples are the colour. */
function colourTable({ header, palette }: PngFile): Uint8Array | null {
  if (header.kind === "palette") return palette;
  if (header.kind === "rgb" || header.kind === "rgbAlpha") return null;
  const levels = greyLevels(header);
  return new Uint8Array(levels * 3).map((_, i) => (Math.floor(i / 3) * 255) / (levels - 1));
}

function greyLevels(header: PngHeader): number {
  return 2 ** Math.min(header.bitDepth, 8);
}

function missingColour(index: number, colours: number, where: string): ImageError {
  return new ImageError({
    where,
    expected: `pixels of a palette of ${colours} colours`,
    got: `colour ${index}`,
    hint: "The file is damaged.",
  });
}
