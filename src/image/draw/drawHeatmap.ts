import type { Tensor } from "../../tensor.ts";
import type { Picture } from "../picture.ts";

export interface HeatmapPlace {
  /** Cell (row, column) of a pixel of the picture is ((y + top), (x + left)) times these, rounded down. */
  readonly left: number;
  readonly top: number;
  readonly cellsPerPixelX: number;
  readonly cellsPerPixelY: number;
  /** Whether the map was made of the mirror image. */
  readonly mirrored?: boolean;
}

/**
 * A copy of the picture, darkened, with a heatmap of probabilities ([1, h, w, classes]) laid over it from red
 * through yellow to white: one channel's, or each cell's largest.
 */
export function drawHeatmap(
  picture: Picture,
  { shape, data }: Tensor,
  { left, top, cellsPerPixelX, cellsPerPixelY, mirrored }: HeatmapPlace,
  channel?: number,
): Picture {
  const [, height, width, channels] = shape;
  const drawing: Picture = { ...picture, data: new Uint8Array(picture.data.length) };
  for (let y = 0; y < picture.height; y++) {
    const row = clamp(Math.floor((y + top) * cellsPerPixelY), height);
    for (let x = 0; x < picture.width; x++) {
      const plain = clamp(Math.floor((x + left) * cellsPerPixelX), width);
      const cell = (row * width + (mirrored ? width - 1 - plain : plain)) * channels;
      const heat = channel === undefined ? largest(data, cell, channels) : data[cell + channel];
      const at = (y * picture.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const shown = Math.max(0, Math.min(1, 3 * heat - c));
        const dark = picture.data[at + c] * DARKNESS;
        drawing.data[at + c] = Math.round(dark + (255 - dark) * shown);
      }
    }
  }
  return drawing;
}

/** What is left of the picture's light. */
const DARKNESS = 0.4;

function largest(data: Float32Array, start: number, count: number): number {
  let most = data[start];
  for (let i = start + 1; i < start + count; i++) most = Math.max(most, data[i]);
  return most;
}

function clamp(index: number, side: number): number {
  return Math.max(0, Math.min(index, side - 1));
}
