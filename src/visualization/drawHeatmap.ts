import type { NdArray } from "ndarray";
import { UsageError } from "../errors.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { elementCount, formatShape, type Tensor } from "../tensor.ts";

export interface HeatmapPlace {
  /** The heatmap cell (row, column) of image pixel (x, y) is ((y + top), (x + left)) times these, rounded down. */
  readonly left: number;
  readonly top: number;
  readonly cellsPerPixelX: number;
  readonly cellsPerPixelY: number;
  /** Whether the map belongs to the mirror image. */
  readonly mirrored?: boolean;
}

/**
 * Draws a heatmap of probabilities ([1, h, w, classes]; an output or a tap) over a darkened copy of the image, in
 * colors from red through yellow to white: one channel, or the max over all channels.
 *
 * @throws UsageError for another shape, or a part or a transpose of a tap.
 */
export function drawHeatmap(
  image: RgbImage,
  heatmap: Tensor | NdArray<Float32Array>,
  { left, top, cellsPerPixelX, cellsPerPixelY, mirrored }: HeatmapPlace,
  channel?: number,
): RgbImage {
  checkWhole(heatmap);
  const [, height, width, channels] = heatmap.shape;
  const { data } = heatmap;
  const drawing: RgbImage = { ...image, data: new Uint8Array(image.data.length) };
  for (let y = 0; y < image.height; y++) {
    const row = clamp(Math.floor((y + top) * cellsPerPixelY), height);
    for (let x = 0; x < image.width; x++) {
      const plain = clamp(Math.floor((x + left) * cellsPerPixelX), width);
      const cell = (row * width + (mirrored ? width - 1 - plain : plain)) * channels;
      const heat = channel === undefined ? largest(data, cell, channels) : data[cell + channel];
      const at = (y * image.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const shown = Math.max(0, Math.min(1, 3 * heat - c));
        const dark = image.data[at + c] * DARKNESS;
        drawing.data[at + c] = Math.round(dark + (255 - dark) * shown);
      }
    }
  }
  return drawing;
}

/** The numbers are read from `data` alone, so they must lie there in the order of the shape. */
function checkWhole(heatmap: Tensor | NdArray<Float32Array>) {
  const { shape, data } = heatmap;
  const inOrder = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const isInOrder = !("stride" in heatmap) || heatmap.stride.every((step, axis) => step === inOrder[axis]);
  if (shape.length === 4 && data.length === elementCount(shape) && isInOrder) return;
  const got = `${data.length} numbers of shape ${formatShape(shape)}${isInOrder ? "" : " in another order"}`;
  throw new UsageError({ where: "drawHeatmap", expected: "a whole map [1, height, width, channels]", got });
}

/** The factor that darkens the image. */
const DARKNESS = 0.4;

function largest(data: Float32Array, start: number, count: number): number {
  let most = data[start];
  for (let i = start + 1; i < start + count; i++) most = Math.max(most, data[i]);
  return most;
}

function clamp(index: number, side: number): number {
  return Math.max(0, Math.min(index, side - 1));
}
