import type { RgbImage } from "../rgbImage.ts";
import { resizeHalfPixelBilinear } from "./resizeBilinear.ts";

/** Maps pixels of the image to pixels of the network's input: input = image * scale + (left, top). */
export interface ImageTransform {
  /** In pixels of the input. */
  left: number;
  top: number;
  /** Input pixels per image pixel. The two differ because the new size is rounded. */
  scaleX: number;
  scaleY: number;
  /** Size of the image in pixels. */
  imageWidth: number;
  imageHeight: number;
}

/**
 * Fits an image into the network's input: as large as possible with its aspect ratio kept (sides rounded half up,
 * at least 1), centered (offsets rounded down), black around it.
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

/** Converts a point of the network's input to pixels of the image, without clipping. */
export function inputToImage(transform: ImageTransform, x: number, y: number): { x: number; y: number } {
  return { x: (x - transform.left) / transform.scaleX, y: (y - transform.top) / transform.scaleY };
}

/** Converts a point of the image to pixels of the network's input. */
export function imageToInput(transform: ImageTransform, x: number, y: number): { x: number; y: number } {
  return { x: x * transform.scaleX + transform.left, y: y * transform.scaleY + transform.top };
}
