import { placeNeighbours, type SampledPicture, sampledPicture } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { Picture } from "../picture.ts";
import type { Placement } from "./letterbox.ts";
import { fixedPointNeighbours, resizeFixedPoint } from "./resizeFixedPoint.ts";

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
export function centerOnMultiple(
  photo: Picture,
  multiple: number,
  scale = 1,
  mirrored = false,
): SampledPicture {
  const { canvas, placement } = placeOnMultiple(photo, multiple, scale);
  const { left, top } = placement;
  const { width, height } = scaledSize(photo, scale);
  const columns = placeNeighbours(fixedPointNeighbours(photo.width, width, "columns"), canvas.width, left);
  const sampling = {
    picture: photo,
    columns: mirrored ? columns.reverse() : columns,
    rows: placeNeighbours(fixedPointNeighbours(photo.height, height, "rows"), canvas.height, top),
    arithmetic: "fixedPoint",
  } as const;
  return sampledPicture(shapeOf(canvas.height, canvas.width, 3), sampling, () => {
    const scaled = resizeFixedPoint(photo, width, height);
    const data = new Float32Array(canvas.height * canvas.width * 3);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const x = left + column;
        const placed = mirrored ? canvas.width - 1 - x : x;
        const from = (row * width + column) * 3;
        const to = ((top + row) * canvas.width + placed) * 3;
        for (let channel = 0; channel < 3; channel++) data[to + channel] = scaled.data[from + channel];
      }
    }
    return data;
  });
}

function scaledSize(photo: { readonly width: number; readonly height: number }, scale: number) {
  const side = (pixels: number) => Math.max(1, Math.floor(pixels * scale));
  return { width: side(photo.width), height: side(photo.height) };
}
