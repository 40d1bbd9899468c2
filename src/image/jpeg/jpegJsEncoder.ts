/** `#jpegEncoder` in a browser: jpeg-js, which a page loads anyway, since it decodes. */
import jpegJs from "jpeg-js";
import type { RgbImage } from "../rgbImage.ts";

/** A baseline JPEG without chroma subsampling. The caller has checked the sides and the quality. */
export function encodeRgb(image: RgbImage, quality: number): Uint8Array<ArrayBuffer> {
  const { width, height } = image;
  // In Node, what comes back is a Buffer.
  return new Uint8Array(jpegJs.encode({ width, height, data: toRgba(image) }, quality).data);
}

/** It has nothing to prepare. */
export function prepareEncoder(): void {}

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
