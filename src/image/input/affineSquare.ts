import { shapeOf, type Tensor } from "../../tensor.ts";
import type { RgbImage } from "../rgbImage.ts";
import { scaledSize } from "./centerOnMultiple.ts";
import type { ImageTransform } from "./letterbox.ts";
import { resizeFixedPoint } from "./resizeFixedPoint.ts";

/** OpenCV's fixed point in `warpAffine` (up to 4.10): positions in 1024ths, rounded to 32nds of a pixel. */
const POSITION = 1024;
const FRACTIONS = 32;

/**
 * Fits an image, times `scale`, into a square of this side about its center: `fix_res` of Objects as Points. At scale 1
 * its longer side fills the square; other scales shrink and enlarge it there.
 */
export function placeInSquare(
  image: { readonly width: number; readonly height: number },
  side: number,
  scale = 1,
): ImageTransform {
  const { step, left, top } = grid(image, side, scale);
  return {
    left: -left / step,
    top: -top / step,
    scaleX: scale / step,
    scaleY: scale / step,
    imageWidth: image.width,
    imageHeight: image.height,
  };
}

/** Pixel i of the square lies at `step` · i + (left, top) in the scaled image, in pixel indices: no half pixel. */
function grid(image: { readonly width: number; readonly height: number }, side: number, scale: number) {
  const { width, height } = scaledSize(image, scale);
  const step = Math.max(image.width, image.height) / side;
  return { step, left: width / 2 - (step * side) / 2, top: height / 2 - (step * side) / 2 };
}

export interface SquareOptions {
  /** Default: 1. */
  readonly scale?: number;
  /** Mirrors the whole square. Default: false. */
  readonly mirrored?: boolean;
  /** The value of each of the 256 levels for blue, green and red. */
  readonly levels: readonly Float32Array[];
}

/**
 * The image in that square, black around it, bilinear without smoothing: [1, side, side, 3], blue, green, red. Bit for bit
 * what `cv2.warpAffine` gives, and before it `cv2.resize` at other scales than 1.
 */
export function affineSquare(
  image: RgbImage,
  side: number,
  { scale = 1, mirrored = false, levels }: SquareOptions,
): Tensor {
  const { width, height } = scaledSize(image, scale);
  const scaled = scale === 1 ? image : resizeFixedPoint(image, width, height);
  const { step, left, top } = grid(image, side, scale);
  const columns = places(step, left, side);
  const rows = places(step, top, side);
  const at = (row: number, column: number, channel: number) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    return isInside ? scaled.data[(row * width + column) * 3 + channel] : 0;
  };
  const data = new Float32Array(side * side * 3);
  for (const [y, { index: row, fraction: down }] of rows.entries()) {
    for (const [x, { index: column, fraction: right }] of columns.entries()) {
      const to = (y * side + (mirrored ? side - 1 - x : x)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const from = 2 - channel;
        const above = (FRACTIONS - right) * at(row, column, from) + right * at(row, column + 1, from);
        const below = (FRACTIONS - right) * at(row + 1, column, from) + right * at(row + 1, column + 1, from);
        const sum = (FRACTIONS - down) * above + down * below;
        data[to + channel] = levels[channel][(sum + FRACTIONS ** 2 / 2) >> 10];
      }
    }
  }
  return { shape: shapeOf(side, side, 3), data };
}

/** Where each pixel of a side lies: the pixel before it, and 32nds of the way to the next. */
function places(step: number, start: number, side: number): { index: number; fraction: number }[] {
  const first = roundHalfEven(POSITION * start) + POSITION / FRACTIONS / 2;
  return Array.from({ length: side }, (_, i) => {
    const position = (first + roundHalfEven(POSITION * step * i)) >> 5;
    return { index: position >> 5, fraction: position & (FRACTIONS - 1) };
  });
}

/** As the processor rounds by default. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
