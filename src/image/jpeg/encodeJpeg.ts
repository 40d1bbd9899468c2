import jpegJs from "jpeg-js";
import { ImageError, UsageError } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";

const MAX_SIDE = 65535;

/**
 * A baseline JPEG without chroma subsampling; `quality` is a whole number from 1 to 100.
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
  // In Node, what comes back is a Buffer.
  return new Uint8Array(jpegJs.encode({ width, height, data: toRgba(image) }, quality).data);
}

/** jpeg-js takes four bytes a pixel and ignores the last. */
function toRgba({ width, height, data }: RgbImage): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
  }
  return rgba;
}
