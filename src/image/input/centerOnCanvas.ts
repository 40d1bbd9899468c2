import { offsetSamples, type SampledImage, sampledImage } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { RgbImage } from "../rgbImage.ts";
import type { ChannelScaling } from "./normalization.ts";
import { COCO_PIXELS, levelScaling, normalizedLevels } from "./pixelLevels.ts";
import { fixedPointSamples, resizeFixedPoint } from "./resizeFixedPoint.ts";

/** The position of an image centered on a canvas, in pixels. */
export interface CanvasPlace {
  /** Size of the canvas. */
  readonly canvasWidth: number;
  readonly canvasHeight: number;
  /** Position and size of the scaled image on the canvas. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface CanvasOptions {
  /** Mirrors the whole canvas horizontally. Default false. */
  readonly mirrored?: boolean;
  /**
   * Drops the image's last column if the canvas is as wide as the image, and its last row if it is as high, as
   * the reference's crop does. Default false.
   */
  readonly reproduceReference?: boolean;
}

/** How pixels from 0 to 255 in the order red, green, blue become the canvas's. */
export const CANVAS_SCALING: ChannelScaling = levelScaling(COCO_PIXELS);

/** Places the image times `scale`. The canvas's sides are rounded up to 127 modulo 128 (test/coco.py). */
export function placeOnCanvas(image: { width: number; height: number }, scale: number): CanvasPlace {
  const width = Math.max(1, Math.floor(image.width * scale));
  const height = Math.max(1, Math.floor(image.height * scale));
  const [x, y] = [placeSide(width), placeSide(height)];
  return { canvasWidth: x.canvas, canvasHeight: y.canvas, left: x.border, top: y.border, width, height };
}

/**
 * Scales the image by `scale` and centers it on a black canvas, as the original CenterNet of Duan et al. does
 * (test/coco.py). Returns [1, height, width, 3] in the order blue, green, red, normalized.
 */
export function centerOnCanvas(image: RgbImage, scale = 1, options: CanvasOptions = {}): SampledImage {
  const { mirrored = false, reproduceReference = false } = options;
  const { canvasWidth, canvasHeight, left, top, width, height } = placeOnCanvas(image, scale);
  const rows = reproduceReference ? croppedSide(height) : height;
  const columns = reproduceReference ? croppedSide(width) : width;
  const levels = normalizedLevels(COCO_PIXELS);
  const across = fixedPointSamples(image.width, width, "columns").slice(0, columns);
  const down = fixedPointSamples(image.height, height, "rows").slice(0, rows);
  const placed = offsetSamples(across, canvasWidth, left);
  const sampling = {
    image: image,
    columns: mirrored ? placed.reverse() : placed,
    rows: offsetSamples(down, canvasHeight, top),
    arithmetic: "fixedPoint",
    channels: levels.map((of, channel) => ({ from: 2 - channel, levels: of })),
  } as const;
  return sampledImage(shapeOf(canvasHeight, canvasWidth, 3), sampling, () => {
    const scaled = resizeFixedPoint(image, width, height);
    const data = blackCanvas(canvasHeight, canvasWidth, levels);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = (row * width + column) * 3;
        const placed = mirrored ? canvasWidth - 1 - left - column : left + column;
        const to = ((top + row) * canvasWidth + placed) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[to + channel] = levels[channel][scaled.data[from + 2 - channel]];
        }
      }
    }
    return data;
  });
}

/** Aligns the image's middle pixel with the canvas's. */
function placeSide(side: number): { canvas: number; border: number } {
  const canvas = side | 127;
  return { canvas, border: Math.floor(canvas / 2) - Math.floor(side / 2) };
}

/** The reference copies as many pixels after the middle as there are before the canvas's middle. */
function croppedSide(side: number): number {
  return Math.min(side, Math.floor(side / 2) + Math.floor((side | 127) / 2));
}

/** A black canvas, normalized. */
function blackCanvas(height: number, width: number, levels: readonly Float32Array[]): Float32Array {
  const canvas = new Float32Array(height * width * 3);
  for (let i = 0; i < canvas.length; i++) canvas[i] = levels[i % 3][0];
  return canvas;
}
