import { encodeRgb } from "#jpegEncoder";
import { ImageError, UsageError } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";

const MAX_SIDE = 65535;

/**
 * A baseline JPEG without chroma subsampling; `quality` is a whole number from 1 to 100. In Node, libjpeg-turbo encodes, in
 * a browser jpeg-js: by the same tables, but the bytes differ.
 *
 * @throws UsageError for another quality, ImageError for sides that a JPEG cannot have.
 */
export function encodeJpeg(image: RgbImage, quality = 92): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new UsageError({
      where: "JPEG quality",
      expected: "a whole number from 1 to 100",
      got: `${quality}`,
    });
  }
  const { width, height } = image;
  if (width > MAX_SIDE || height > MAX_SIDE) {
    const hint = "Write a PNG instead.";
    throw new ImageError({
      where: "JPEG",
      expected: `sides of at most ${MAX_SIDE}`,
      got: `${width} x ${height}`,
      hint,
    });
  }
  return encodeRgb(image, quality);
}
