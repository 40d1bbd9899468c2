import { zlibSync } from "fflate";
import { concatenate } from "../../support/concatenate.ts";
import { crc32 } from "../../support/crc.ts";
import type { RgbImage } from "../rgbImage.ts";
import { paethPredictor } from "./unfilterRows.ts";

const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PAETH = 4;

/** Higher levels make a photograph 4 % smaller and take twice as long. */
const LEVEL = 3;

export interface PngParts {
  /** A value per pixel. Default: opaque. */
  readonly alpha?: Uint8Array;
  /** An ICC profile that the colors are in. */
  readonly profile?: Uint8Array;
  /** False stores the pixels: for small images, whose compression takes more memory than they do. Default: true. */
  readonly compressed?: boolean;
}

/**
 * Encodes an 8-bit RGB PNG, with `alpha` an RGBA one, not interlaced. Every row uses the Paeth filter: on photographs, choosing the best
 * filter per row saves 0.1 % and costs five passes.
 */
export function encodePng(
  image: RgbImage,
  { alpha, profile, compressed = true }: PngParts = {},
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header.set([8, alpha ? 6 : 2, 0, 0, 0], 8); // bits, RGB or RGBA, deflate, adaptive filters, no interlace
  const pixels = alpha ? withAlpha(image, alpha) : image.data;
  const rows = filterRows(image, pixels, alpha ? 4 : 3);
  return concatenate([
    PNG_SIGNATURE,
    pngChunk("IHDR", header),
    ...(profile ? [pngChunk("iCCP", concatenate([PROFILE_HEAD, zlibSync(profile)]))] : []),
    pngChunk("IDAT", zlibSync(rows, { level: compressed ? LEVEL : 0 })),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

/** A chunk: length, type, data and checksum. */
function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(12 + data.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) whole[4 + i] = type.charCodeAt(i);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc32(whole.subarray(4, 8 + data.length)));
  return whole;
}

/** A name that says nothing, its end, and the method deflate. */
const PROFILE_HEAD = Uint8Array.of(0x69, 0x63, 0x63, 0, 0);

function withAlpha({ data }: RgbImage, alpha: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(alpha.length * 4);
  alpha.forEach((value, i) => {
    pixels.set(data.subarray(i * 3, i * 3 + 3), i * 4);
    pixels[i * 4 + 3] = value;
  });
  return pixels;
}

/** Filters each row: the filter's number, then the row's bytes minus the Paeth prediction. */
function filterRows({ width, height }: RgbImage, data: Uint8Array, pixelBytes: number): Uint8Array {
  const rowBytes = width * pixelBytes;
  const filtered = new Uint8Array(height * (rowBytes + 1));
  let above: Uint8Array = new Uint8Array(rowBytes);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
    filtered[to++] = PAETH;
    for (let i = 0; i < rowBytes; i++) {
      const left = i < pixelBytes ? 0 : row[i - pixelBytes];
      const aboveLeft = i < pixelBytes ? 0 : above[i - pixelBytes];
      filtered[to++] = row[i] - paethPredictor(left, above[i], aboveLeft);
    }
    above = row;
  }
  return filtered;
}
