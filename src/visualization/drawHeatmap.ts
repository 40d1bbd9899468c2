import type { NdArray } from "ndarray";
import { UsageError } from "../errors.ts";
import type { ViewGeometry } from "../image/geometry.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { elementCount, formatShape, type Tensor } from "../tensor.ts";
import { colorMap, entryOf } from "./colorMap.ts";
import type { Heatmap } from "./heatmap.ts";

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
 * Draws what `heatmap` returned over a dark, gray copy of the image: each pixel in the color of its cell, from black
 * (0) through violet and red to pale yellow (1), evenly for the eye.
 */
export function drawHeatmap(image: RgbImage, heatmap: Heatmap): RgbImage;

/**
 * Draws a heatmap of probabilities ([1, h, w, classes]; an output or a tap) over a darkened copy of the image, in
 * colors from red through yellow to white: one channel, or the max over all channels.
 *
 * @throws UsageError for another shape, or a part or a transpose of a tap.
 */
export function drawHeatmap(
  image: RgbImage,
  heatmap: Tensor | NdArray<Float32Array>,
  place: HeatmapPlace,
  channel?: number,
): RgbImage;

export function drawHeatmap(
  image: RgbImage,
  heatmap: Tensor | NdArray<Float32Array> | Heatmap,
  place?: HeatmapPlace,
  channel?: number,
): RgbImage {
  if ("values" in heatmap) return drawBestClasses(image, heatmap);
  if (place) return drawChannels(image, heatmap, place, channel);
  throw new UsageError({ where: "drawHeatmap", expected: "the map's place", got: "undefined" });
}

function drawChannels(
  image: RgbImage,
  heatmap: Tensor | NdArray<Float32Array>,
  place: HeatmapPlace,
  channel?: number,
): RgbImage {
  checkWhole(heatmap);
  const [, height, width, channels] = heatmap.shape;
  const { data } = heatmap;
  const { rows, columns } = cellsOfPixels(image, place, { height, width });
  const drawing: RgbImage = { ...image, data: new Uint8Array(image.data.length) };
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const cell = (rows[y] * width + columns[x]) * channels;
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

function drawBestClasses(image: RgbImage, { width, height, values, view }: Heatmap): RgbImage {
  const { rows, columns } = cellsOfPixels(image, placeOf(view), { height, width });
  const colors = colorMap("sequential");
  const drawing: RgbImage = { ...image, data: new Uint8Array(image.data.length) };
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const heat = values[rows[y] * width + columns[x]];
      const entry = entryOf(heat, 0, 1) * 3;
      const at = (y * image.width + x) * 3;
      const gray = 0.3 * image.data[at] + 0.59 * image.data[at + 1] + 0.11 * image.data[at + 2];
      // The image fades as the heat rises, so that colors are the map's own where it matters.
      const shown = gray * DARKNESS * (1 - heat);
      for (let c = 0; c < 3; c++) drawing.data[at + c] = Math.min(255, Math.round(shown + colors[entry + c]));
    }
  }
  return drawing;
}

/** A view as the place of its maps: each pixel of the image has the cell in which its center lies. */
function placeOf(view: ViewGeometry): HeatmapPlace {
  return {
    left: view.left / view.scaleX + 0.5,
    top: view.top / view.scaleY + 0.5,
    cellsPerPixelX: view.scaleX * view.cellsPerPixelX,
    cellsPerPixelY: view.scaleY * view.cellsPerPixelY,
    mirrored: view.mirrored,
  };
}

/** The map's row for each row of the image, and its column for each column. */
function cellsOfPixels(
  image: RgbImage,
  { left, top, cellsPerPixelX, cellsPerPixelY, mirrored }: HeatmapPlace,
  { width, height }: { readonly width: number; readonly height: number },
): { rows: Uint32Array; columns: Uint32Array } {
  const rows = new Uint32Array(image.height).map((_, y) =>
    clamp(Math.floor((y + top) * cellsPerPixelY), height),
  );
  const columns = new Uint32Array(image.width).map((_, x) => {
    const plain = clamp(Math.floor((x + left) * cellsPerPixelX), width);
    return mirrored ? width - 1 - plain : plain;
  });
  return { rows, columns };
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
