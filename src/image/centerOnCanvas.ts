import { shapeOf, type Tensor, tensor } from "../tensor.ts";
import type { Picture } from "./picture.ts";
import { resizeFixedPoint } from "./resizeFixedPoint.ts";

/** A photo as the original CenterNet of Duan et al. feeds it to its networks. */
export interface CanvasInput {
  /** [1, height, width, 3]: blue, green, red, normalised. */
  readonly image: Tensor;
  /** Where the scaled photo lies in the image, in pixels. */
  readonly left: number;
  readonly top: number;
  /** Of the scaled photo. */
  readonly width: number;
  readonly height: number;
}

/** Blue, green, red; of pixels from 0 to 1 (db/coco.py of the reference). */
const MEANS = [0.40789654, 0.44719302, 0.47026115].map(Math.fround);
const DEVIATIONS = [0.28863828, 0.27408164, 0.27809835].map(Math.fround);

/**
 * The photo times `scale` in the middle of a black canvas whose sides are the next 127 modulo 128, which is
 * what the hourglass halves without a remainder (test/coco.py of the reference). Its last column is lost
 * where the photo is exactly as wide as the canvas, and so is its last row: the reference crops so. With
 * `mirrored` the whole canvas is turned left to right.
 */
export function centerOnCanvas(photo: Picture, scale = 1, mirrored = false): CanvasInput {
  const scaledWidth = Math.max(1, Math.floor(photo.width * scale));
  const scaledHeight = Math.max(1, Math.floor(photo.height * scale));
  const scaled = resizeFixedPoint(photo, scaledWidth, scaledHeight);
  const x = placeSide(scaledWidth);
  const y = placeSide(scaledHeight);
  const image = blackCanvas(y.canvas, x.canvas);
  const table = normalizedValues();
  for (let row = 0; row < y.visible; row++) {
    for (let column = 0; column < x.visible; column++) {
      const from = (row * scaledWidth + column) * 3;
      const placed = x.border + column;
      const to = ((y.border + row) * x.canvas + (mirrored ? x.canvas - 1 - placed : placed)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        image.data[to + channel] = table[channel][scaled.data[from + 2 - channel]];
      }
    }
  }
  return { image, left: x.border, top: y.border, width: scaledWidth, height: scaledHeight };
}

/** The photo's middle pixel comes to the canvas' middle pixel. */
function placeSide(side: number): { canvas: number; border: number; visible: number } {
  const canvas = side | 127;
  const middle = Math.floor(canvas / 2);
  const ownMiddle = Math.floor(side / 2);
  return { canvas, border: middle - ownMiddle, visible: Math.min(side, ownMiddle + middle) };
}

/** Black before it is normalised. */
function blackCanvas(height: number, width: number): Tensor {
  const black = normalizedValues().map((values) => values[0]);
  const canvas = tensor(shapeOf(height, width, 3));
  for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = black[i % 3];
  return canvas;
}

/** By channel of the network, of every value that a pixel can have; rounded to float32 once. */
function normalizedValues(): Float32Array[] {
  return MEANS.map((mean, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / DEVIATIONS[channel]),
  );
}
