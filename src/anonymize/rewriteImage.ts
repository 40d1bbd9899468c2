/**
 * Reads an image for a new file of its pixels alone, and writes that file. Nothing of the old file is copied but the
 * numbers of its color profile: no Exif, XMP, IPTC, comments, previews, further images, texts, or bytes after its end.
 */
import { unzlibSync } from "fflate";
import type { Box } from "../detection.ts";
import { ImageError } from "../errors.ts";
import { plainProfile } from "../image/colorProfile.ts";
import { encodeJpeg, encodePng } from "../image/imageFile.ts";
import { decodeJpegFile } from "../image/jpeg/decodeJpeg.ts";
import { jpegProfile, withJpegProfile } from "../image/jpeg/jpegProfile.ts";
import { readJpegFile } from "../image/jpeg/readJpegFile.ts";
import { type MaskOptions, maskedPixels, maskFaces } from "../image/mask/maskFaces.ts";
import { decodePngWithAlpha } from "../image/png/decodeAlpha.ts";
import { readPngFile } from "../image/png/readPngFile.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { unreadableImage } from "../image/unreadableImage.ts";
import { fileKind } from "../support/fileKind/fileKind.ts";

/** The image of a file, upright, without anything else that the file holds. */
export interface PlainImage {
  readonly format: "jpeg" | "png";
  readonly image: RgbImage;
  /** A value per pixel. Absent if the image is opaque. */
  readonly alpha?: Uint8Array;
  /** The color profile, without its texts. */
  readonly profile?: Uint8Array;
}

/** Of JPEGs that `writeMasked` encodes. */
export const JPEG_QUALITY = 92;

/**
 * Reads a JPEG or PNG for `writeMasked`. `where` starts every error message; usually it is the file's name.
 *
 * @throws ImageError for a file of another kind, one that is damaged, or one that has more than 8-bit gray or RGB pixels:
 *   several frames, 16 bits, four inks. Those would not be kept as they are.
 */
export function readPlainImage(bytes: Uint8Array, where = "image"): PlainImage {
  const { reader } = fileKind(bytes);
  if (reader === "jpeg") {
    const file = readJpegFile(bytes, where);
    if (file.frame.components.length === 4) throw refused(where, "CMYK");
    return { format: "jpeg", image: decodeJpegFile(file, where), ...profileOf(jpegProfile(bytes)) };
  }
  if (reader !== "png") throw unreadableImage(bytes, where);
  const file = readPngFile(bytes, where);
  if (file.animated) throw refused(where, "an animation");
  if (file.header.bitDepth === 16) throw refused(where, "16 bits per sample");
  return { format: "png", ...decodePngWithAlpha(file, where), ...profileOf(pngProfile(file.profile)) };
}

/**
 * A new file of the image's own format with a mask over each detection: a PNG with its alpha, or a JPEG at quality 92. Masks
 * are opaque, and fully transparent pixels become black.
 *
 * @throws UsageError for an unknown mask, shape or color.
 */
export function writeMasked(
  { format, image, alpha, profile }: PlainImage,
  detections: readonly { readonly box: Readonly<Box> }[],
  options: MaskOptions = {},
): Uint8Array<ArrayBuffer> {
  const masked = maskFaces(image, detections, options);
  if (format === "jpeg") return withJpegProfile(encodeJpeg(masked, JPEG_QUALITY), profile);
  if (!alpha) return encodePng(masked, { profile });
  const covered = maskedPixels(image, detections, options);
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
