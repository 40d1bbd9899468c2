import type { RgbImage } from "../rgbImage.ts";
import { resizeHalfPixelBilinear } from "./resizeBilinear.ts";

/** Where an image lies in the network's input: input = image * scale + (left, top). */
export interface ImageTransform {
  /** Pixels of the input. */
  left: number;
  top: number;
  /** Pixels of the input a pixel of the image; the two differ by the rounding of the new size. */
  scaleX: number;
  scaleY: number;
  /** Pixels of the image. */
  imageWidth: number;
  imageHeight: number;
}

/**
 * Fits an image into the network's input: as large as it goes with its proportions kept (sides rounded
 * half up, at least 1), in the middle (rounded to the left and top), black around it.
 */
export function letterbox(
  image: RgbImage,
  input: { width: number; height: number },
): { image: RgbImage; transform: ImageTransform } {
  const scale = Math.min(input.width / image.width, input.height / image.height);
  const width = Math.max(1, Math.floor(image.width * scale + 0.5));
  const height = Math.max(1, Math.floor(image.height * scale + 0.5));
  const resized = resizeHalfPixelBilinear(image, width, height);
  const left = Math.floor((input.width - width) / 2);
  const top = Math.floor((input.height - height) / 2);

  const data = new Uint8Array(input.width * input.height * 3);
  for (let y = 0; y < height; y++) {
    const row = resized.data.subarray(y * width * 3, (y + 1) * width * 3);
    data.set(row, ((top + y) * input.width + left) * 3);
  }
  return {
    image: { width: input.width, height: input.height, data },
    transform: {
      left,
      top,
      scaleX: width / image.width,
      scaleY: height / image.height,
      imageWidth: image.width,
      imageHeight: image.height,
    },
  };
}

/** A point of the network's input in pixels of the image, not clipped to it. */
export function inputToImage(transform: ImageTransform, x: number, y: number): { x: number; y: number } {
  return { x: (x - transform.left) / transform.scaleX, y: (y - transform.top) / transform.scaleY };
}

/** The other way round. */
export function imageToInput(transform: ImageTransform, x: number, y: number): { x: number; y: number } {
  return { x: x * transform.scaleX + transform.left, y: y * transform.scaleY + transform.top };
}
