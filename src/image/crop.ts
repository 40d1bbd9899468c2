import type { Box } from "../detection.ts";
import type { RgbImage } from "./rgbImage.ts";

/** The part of an image that a box covers, with every pixel that it touches. Undefined if it lies outside the image. */
export function cropImage({ width, height, data }: RgbImage, box: Box): RgbImage | undefined {
  const left = Math.max(0, Math.floor(box.xmin));
  const top = Math.max(0, Math.floor(box.ymin));
  const right = Math.min(width, Math.ceil(box.xmax));
  const bottom = Math.min(height, Math.ceil(box.ymax));
  if (!(left < right && top < bottom)) return undefined;
  const rowBytes = (right - left) * 3;
  const cropped = new Uint8Array(rowBytes * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const start = (y * width + left) * 3;
    cropped.set(data.subarray(start, start + rowBytes), (y - top) * rowBytes);
  }
  return { width: right - left, height: bottom - top, data: cropped };
}
