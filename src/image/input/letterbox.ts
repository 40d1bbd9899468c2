import type { Picture } from "../picture.ts";
import { resizeHalfPixelBilinear } from "./resizeBilinear.ts";

/** Where a photo lies in the network's input: input = photo * scale + (left, top). */
export interface Placement {
  /** Pixels of the input. */
  left: number;
  top: number;
  /** Pixels of the input a pixel of the photo; the two differ by the rounding of the new size. */
  scaleX: number;
  scaleY: number;
  /** Pixels of the photo. */
  photoWidth: number;
  photoHeight: number;
}

/**
 * Fits a photo into the network's input: as large as it goes with its proportions kept (sides rounded
 * half up, at least 1), in the middle (rounded to the left and top), black around it.
 */
export function letterbox(
  photo: Picture,
  input: { width: number; height: number },
): { picture: Picture; placement: Placement } {
  const scale = Math.min(input.width / photo.width, input.height / photo.height);
  const width = Math.max(1, Math.floor(photo.width * scale + 0.5));
  const height = Math.max(1, Math.floor(photo.height * scale + 0.5));
  const resized = resizeHalfPixelBilinear(photo, width, height);
  const left = Math.floor((input.width - width) / 2);
  const top = Math.floor((input.height - height) / 2);

  const data = new Uint8Array(input.width * input.height * 3);
  for (let y = 0; y < height; y++) {
    const row = resized.data.subarray(y * width * 3, (y + 1) * width * 3);
    data.set(row, ((top + y) * input.width + left) * 3);
  }
  return {
    picture: { width: input.width, height: input.height, data },
    placement: {
      left,
      top,
      scaleX: width / photo.width,
      scaleY: height / photo.height,
      photoWidth: photo.width,
      photoHeight: photo.height,
    },
  };
}

/** A point of the network's input in pixels of the photo, not clipped to it. */
export function toPhoto(placement: Placement, x: number, y: number): { x: number; y: number } {
  return { x: (x - placement.left) / placement.scaleX, y: (y - placement.top) / placement.scaleY };
}

/** The other way round. */
export function toInput(placement: Placement, x: number, y: number): { x: number; y: number } {
  return { x: x * placement.scaleX + placement.left, y: y * placement.scaleY + placement.top };
}
