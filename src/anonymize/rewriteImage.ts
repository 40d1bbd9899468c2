/**
 * Reads an image for a new file of its pixels alone, and writes that file. Nothing of the old file is copied but the
 * numbers of its color profile: no Exif, XMP, IPTC, comments, previews, further images, texts, or bytes after its end.
 */
import { unzlibSync } from "fflate";
import { ImageError } from "../errors.ts";
import { plainProfile } from "../image/colorProfile.ts";
import { decodeImage, encodeJpeg, encodePng } from "../image/imageFile.ts";
import { jpegProfile, withJpegProfile } from "../image/jpeg/jpegProfile.ts";
import { readJpegFile } from "../image/jpeg/readJpegFile.ts";
import { decodeAlpha } from "../image/png/decodeAlpha.ts";
import { readPngFile } from "../image/png/readPngFile.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { fileKind } from "../support/fileKind/fileKind.ts";

/** The image of a file, upright. */
export interface PlainImage {
  readonly format: "jpeg" | "png";
  readonly image: RgbImage;
  /** A value per pixel. Absent if the image is opaque. */
  readonly alpha?: Uint8Array;
  /** The color profile, without its texts. */
  readonly profile?: Uint8Array;
}

/** Of JPEGs. */
export const JPEG_QUALITY = 92;

/**
 * @throws ImageError for a file that is damaged, or that has more than 8-bit gray or RGB pixels: several frames, 16 bits,
 *   four inks. Those would not be kept as they are.
 */
export function readPlainImage(bytes: Uint8Array, where: string): PlainImage {
  const image = decodeImage(bytes, where);
  if (fileKind(bytes).reader === "jpeg") {
    const { frame } = readJpegFile(bytes, where);
    if (frame.components.length === 4) throw refused(where, "CMYK");
    return { format: "jpeg", image, ...profileOf(jpegProfile(bytes)) };
  }
  const file = readPngFile(bytes, where);
  if (file.animated) throw refused(where, "an animation");
  if (file.header.bitDepth === 16) throw refused(where, "16 bits per sample");
  const alpha = decodeAlpha(file, where);
  return { format: "png", image, ...(alpha && { alpha }), ...profileOf(pngProfile(file.profile)) };
}

/**
 * `coveredPixels` says with 1 which pixels a mask covers: they are opaque. Fully transparent pixels become black. It is asked
 * only if there is alpha.
 */
export function writePlainImage(
  { format, alpha, profile }: PlainImage,
  masked: RgbImage,
  coveredPixels: () => Uint8Array,
): Uint8Array {
  if (format === "jpeg") return withJpegProfile(encodeJpeg(masked, JPEG_QUALITY), profile);
  if (!alpha) return encodePng(masked, { profile });
  const covered = coveredPixels();
  const opaque = alpha.map((value, pixel) => (covered[pixel] ? 255 : value));
  const data = masked.data.map((value, i) => (opaque[Math.floor(i / 3)] === 0 ? 0 : value));
  return encodePng({ ...masked, data }, { alpha: opaque, profile });
}

function profileOf(profile: Uint8Array | undefined): { profile?: Uint8Array } {
  const plain = profile && plainProfile(profile);
  return plain ? { profile: plain } : {};
}

/** A larger profile is none that a camera or screen has. */
const MAX_PROFILE = 16 * 2 ** 20;

function pngProfile(chunk: Uint8Array | null): Uint8Array | undefined {
  const end = chunk?.indexOf(0) ?? -1;
  if (!chunk || end < 0) return undefined;
  try {
    const inflated = unzlibSync(chunk.subarray(end + 2), { out: new Uint8Array(MAX_PROFILE) });
    return inflated.slice();
  } catch {
    return undefined;
  }
}

function refused(where: string, got: string): ImageError {
  const expected = "one image of 8-bit gray or RGB pixels, with or without alpha";
  return new ImageError({ where, expected, got, hint: "Convert it first; nothing was written." });
}
