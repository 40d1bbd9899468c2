import { readOrientation, turnUpright, UPRIGHT } from "../exif.ts";
import type { RgbImage } from "../rgbImage.ts";
import { inflatePixels } from "./inflatePixels.ts";
import { bytesPerRow } from "./pngHeader.ts";
import { type PngFile, readPngFile } from "./readPngFile.ts";
import { unfilterRows } from "./unfilterRows.ts";
import { pngPasses, type SizedPass, writePass } from "./writePass.ts";

/** Is given each pass with its unfiltered rows: per row one filter byte and `rowBytes` bytes of packed samples. */
export type SeePass = (pass: SizedPass, rows: Uint8Array, rowBytes: number) => void;

/**
 * Decodes a PNG of any color type, bit depth and interlacing into 8-bit RGB. Like Pillow's `convert("RGB")`, it
 * drops transparency without blending and ignores gamma and color profiles. 16 bits are rounded to 8:
 * round(value / 257).
 *
 * A library (fflate) does only the inflating: fast-png inflates without a limit and cannot read interlaced
 * images below 8 bits, and pngjs needs Node.
 */
export function decodePng(bytes: Uint8Array, where: string): RgbImage {
  return decodePngFile(readPngFile(bytes, where), where);
}

/** The same of a file that was read before. `seePass` sees what is inflated, so that alpha needs no second time. */
export function decodePngFile(file: PngFile, where: string, seePass?: SeePass): RgbImage {
  const { header, exif } = file;
  const passes = pngPasses(header.width, header.height, header.interlaced);
  const size = passes.reduce((sum, pass) => sum + pass.height * (1 + bytesPerRow(header, pass.width)), 0);
  const samples = inflatePixels(file.compressed, size, where);

  const pixelBytes = Math.ceil((header.channels * header.bitDepth) / 8);
  const { width, height } = header;
  const stored: RgbImage = { width, height, data: new Uint8Array(width * height * 3) };
  let start = 0;
  for (const pass of passes) {
    const rowBytes = bytesPerRow(header, pass.width);
    const end = unfilterRows(samples, start, pass.height, rowBytes, pixelBytes, where);
    const rows = samples.subarray(start, end);
    writePass(stored, pass, rows, rowBytes, file, where);
    seePass?.(pass, rows, rowBytes);
    start = end;
  }
  return turnUpright(stored, exif ? readOrientation(exif) : UPRIGHT);
}
