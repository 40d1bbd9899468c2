import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import type { Placement } from "./letterbox.ts";
import type { Picture } from "./picture.ts";
import { resizeFixedPoint } from "./resizeFixedPoint.ts";

/**
 * Where a photo, times `scale`, lies in the middle of a canvas whose sides are the next larger multiples (`keep_res` of Objects
 * as Points, whose affine map is a shift by whole pixels there).
 */
export function placeOnMultiple(
  photo: { readonly width: number; readonly height: number },
  multiple: number,
  scale = 1,
): { canvas: { height: number; width: number }; placement: Placement } {
  const { width, height } = scaledSize(photo, scale);
  const side = (pixels: number) => (Math.floor(pixels / multiple) + 1) * multiple;
  const canvas = { height: side(height), width: side(width) };
  const placement = {
    left: canvas.width / 2 - Math.floor(width / 2),
    top: canvas.height / 2 - Math.floor(height / 2),
    scaleX: scale,
    scaleY: scale,
    photoWidth: photo.width,
    photoHeight: photo.height,
  };
  return { canvas, placement };
}

/** The photo there with black around, all turned left to right if `mirrored`: [1, height, width, 3], RGB, 0 to 255. */
export function centerOnMultiple(photo: Picture, multiple: number, scale = 1, mirrored = false): Tensor {
  const { canvas, placement } = placeOnMultiple(photo, multiple, scale);
  const { width, height } = scaledSize(photo, scale);
  const scaled = resizeFixedPoint(photo, width, height);
  const image = tensor(shapeOf(canvas.height, canvas.width, 3));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = placement.left + column;
      const placed = mirrored ? canvas.width - 1 - x : x;
      const from = (row * width + column) * 3;
      const to = ((placement.top + row) * canvas.width + placed) * 3;
      for (let channel = 0; channel < 3; channel++) image.data[to + channel] = scaled.data[from + channel];
    }
  }
  return image;
}

function scaledSize(photo: { readonly width: number; readonly height: number }, scale: number) {
  const side = (pixels: number) => Math.max(1, Math.floor(pixels * scale));
  return { width: side(photo.width), height: side(photo.height) };
}
