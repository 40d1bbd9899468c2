import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import type { Placement } from "./letterbox.ts";
import type { Picture } from "./picture.ts";

/**
 * Where a photo lies in the middle of a canvas whose sides are the next larger multiples (`keep_res` of Objects
 * as Points, whose affine map is a shift by whole pixels there).
 */
export function placeOnMultiple(
  { width, height }: { readonly width: number; readonly height: number },
  multiple: number,
): { canvas: { height: number; width: number }; placement: Placement } {
  const side = (pixels: number) => (Math.floor(pixels / multiple) + 1) * multiple;
  const canvas = { height: side(height), width: side(width) };
  const placement = {
    left: canvas.width / 2 - Math.floor(width / 2),
    top: canvas.height / 2 - Math.floor(height / 2),
    scaleX: 1,
    scaleY: 1,
    photoWidth: width,
    photoHeight: height,
  };
  return { canvas, placement };
}

/** The photo there, as it is, with black around: [1, height, width, 3], RGB, 0 to 255. */
export function centerOnMultiple(photo: Picture, multiple: number): Tensor {
  const { canvas, placement } = placeOnMultiple(photo, multiple);
  const image = tensor(shapeOf(canvas.height, canvas.width, 3));
  for (let row = 0; row < photo.height; row++) {
    const pixels = photo.data.subarray(row * photo.width * 3, (row + 1) * photo.width * 3);
    image.data.set(pixels, ((placement.top + row) * canvas.width + placement.left) * 3);
  }
  return image;
}
