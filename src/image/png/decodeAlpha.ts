import { readOrientation, turnUpright, UPRIGHT } from "../exif.ts";
import { inflatePixels } from "./inflatePixels.ts";
import { bytesPerRow } from "./pngHeader.ts";
import type { PngFile } from "./readPngFile.ts";
import { unfilterRows } from "./unfilterRows.ts";
import { pngPasses, unpackSamples } from "./writePass.ts";

const OPAQUE = 255;

/**
 * The alpha of each pixel of a PNG of at most 8 bits per sample, turned upright like the pixels of `decodePng`: of an alpha
 * channel, of a palette, or of the one color that is transparent. Undefined if it has none.
 *
 * @throws ImageError for a damaged file.
 */
export function decodeAlpha(file: PngFile, where: string): Uint8Array | undefined {
  const { header, transparency, exif } = file;
  const hasChannel = header.kind === "greyAlpha" || header.kind === "rgbAlpha";
  if (!hasChannel && !transparency) return undefined;
  const passes = pngPasses(header.width, header.height, header.interlaced);
  const size = passes.reduce((sum, pass) => sum + pass.height * (1 + bytesPerRow(header, pass.width)), 0);
  const rows = inflatePixels(file.compressed, size, where);
  const { width, height, channels, bitDepth } = header;
  // Three equal channels, which turn like an image.
  const data = new Uint8Array(width * height * 3);
  const pixelBytes = Math.ceil((channels * bitDepth) / 8);
  const alphaOf = hasChannel ? channelAlpha(channels) : storedAlpha(file, transparency ?? new Uint8Array(0));
  let start = 0;
  for (const pass of passes) {
    const rowBytes = bytesPerRow(header, pass.width);
    const end = unfilterRows(rows, start, pass.height, rowBytes, pixelBytes, where);
    const samples = new Uint8Array(pass.width * channels);
    for (let row = 0; row < pass.height; row++) {
      const at = start + row * (rowBytes + 1) + 1;
      if (bitDepth === 8) samples.set(rows.subarray(at, at + samples.length));
      else unpackSamples(rows, at, bitDepth, samples);
      for (let column = 0; column < pass.width; column++) {
        const pixel = (pass.top + row * pass.stepY) * width + pass.left + column * pass.stepX;
        data.fill(alphaOf(samples, column * channels), pixel * 3, pixel * 3 + 3);
      }
    }
    start = end;
  }
  const turned = turnUpright({ width, height, data }, exif ? readOrientation(exif) : UPRIGHT);
  return turned.data.filter((_, i) => i % 3 === 0);
}

type AlphaOf = (samples: Uint8Array, at: number) => number;

function channelAlpha(channels: number): AlphaOf {
  return (samples, at) => samples[at + channels - 1];
}

/** Colors of a palette beyond the table are opaque. A transparent color is stored in 16 bits per sample. */
function storedAlpha({ header }: PngFile, transparency: Uint8Array): AlphaOf {
  if (header.kind === "palette") return (samples, at) => transparency[samples[at]] ?? OPAQUE;
  const color = Array.from({ length: header.channels }, (_, i) => transparency[i * 2 + 1]);
  return (samples, at) => (color.every((value, i) => samples[at + i] === value) ? 0 : OPAQUE);
}
