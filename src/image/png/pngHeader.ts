import { ImageError } from "../../errors.ts";
import { MAX_PIXELS, MAX_PNG_DATA_BYTES } from "../imageLimits.ts";

/** The contents of a PNG's IHDR chunk (PNG specification, third edition, section 11.2.1). */
export interface PngHeader {
  width: number;
  height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  bitDepth: number;
  kind: PngKind;
  /** Samples per pixel. */
  channels: number;
  interlaced: boolean;
}

export type PngKind = "grey" | "rgb" | "palette" | "greyAlpha" | "rgbAlpha";

const KINDS: Record<number, { kind: PngKind; channels: number; bitDepths: readonly number[] }> = {
  0: { kind: "grey", channels: 1, bitDepths: [1, 2, 4, 8, 16] },
  2: { kind: "rgb", channels: 3, bitDepths: [8, 16] },
  3: { kind: "palette", channels: 1, bitDepths: [1, 2, 4, 8] },
  4: { kind: "greyAlpha", channels: 2, bitDepths: [8, 16] },
  6: { kind: "rgbAlpha", channels: 4, bitDepths: [8, 16] },
};

export const HEADER_BYTES = 13;

export function readPngHeader(data: Uint8Array, where: string): PngHeader {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth, colorType, compression, filter, interlace] = data.subarray(8);
  const row = KINDS[colorType];
  if (!row?.bitDepths.includes(bitDepth)) {
    throw refused(
      where,
      "a color type and bit depth of the PNG standard",
      `type ${colorType} of ${bitDepth} bits`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    const got = `${compression}, ${filter}, ${interlace}`;
    throw refused(where, "compression 0, filter 0, interlace 0 or 1", got);
  }
  const { kind, channels } = row;
  const header = { width, height, bitDepth, kind, channels, interlaced: interlace === 1 };
  checkSize(header, where);
  return header;
}

/** Bytes per row of samples, packed from the left, without the filter byte. */
export function bytesPerRow(header: PngHeader, width: number): number {
  return Math.ceil((width * header.channels * header.bitDepth) / 8);
}

function checkSize(header: PngHeader, where: string): void {
  const { width, height } = header;
  const size = `${width} x ${height}`;
  if (width === 0 || height === 0) throw refused(where, "a width and height of at least 1", size);
  const hint = "Make the image smaller first.";
  if (width * height > MAX_PIXELS) {
    throw new ImageError({ where, expected: `at most ${MAX_PIXELS / 1e6} megapixels`, got: size, hint });
  }
  if (bytesPerRow(header, width) * height > MAX_PNG_DATA_BYTES) {
    const bits = header.bitDepth * header.channels;
    const expected = `at most ${MAX_PNG_DATA_BYTES / 1024 / 1024} MB of pixels`;
    throw new ImageError({ where, expected, got: `${size} of ${bits} bits each`, hint });
  }
}

function refused(where: string, expected: string, got: string): ImageError {
  return new ImageError({ where: `${where}: IHDR`, expected, got, hint: "The file is damaged." });
}
