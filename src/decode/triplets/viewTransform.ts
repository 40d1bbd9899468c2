import type { Peak } from "./heatmapPeaks.ts";
import type { CornerPair } from "./pairCorners.ts";

/** How an image lies in the network's input: scaled, centered on a black canvas, perhaps mirrored. */
export interface ViewTransform {
  /** Columns of the maps. */
  readonly mapWidth: number;
  /** Cells of the maps per pixel of the canvas. */
  readonly cellsPerPixelX: number;
  readonly cellsPerPixelY: number;
  /** The scaled image within the canvas, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The factor that the image was scaled by before it was put on the canvas. */
  readonly scale: number;
  readonly mirrored: boolean;
}

/** A pair with its box in pixels of the original image. */
export interface PlacedPair extends CornerPair {
  readonly box: PixelBox;
  /** That of the view in which the corners were found. */
  readonly transform: ViewTransform;
}

export interface PixelBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** How far a box may reach beyond the image, in pixels of the scaled image. */
export const MARGIN = 5;

/**
 * Places the pair's box in the original image and clips it to the image. Rounded to float32 after each
 * operation like the reference implementation.
 *
 * @returns undefined if the box reaches 5 pixels of the scaled image or more beyond the image.
 */
export function placePair(pair: CornerPair, transform: ViewTransform): PlacedPair | undefined {
  const { width, height, scale } = transform;
  const { x1, y1, x2, y2 } = scaledBox(pair, transform);
  if (x1 <= -MARGIN || y1 <= -MARGIN || x2 >= width + MARGIN || y2 >= height + MARGIN) return undefined;
  const clipped = { x1: clip(x1, width), y1: clip(y1, height), x2: clip(x2, width), y2: clip(y2, height) };
  return { ...pair, box: unscaled(clipped, scale), transform };
}

/** The pair's box in the original image, not clipped. */
export function placeBox(pair: CornerPair, transform: ViewTransform): PixelBox {
  return unscaled(scaledBox(pair, transform), transform.scale);
}

/** The pair's box in pixels of the scaled image. */
function scaledBox({ topLeft, bottomRight }: CornerPair, transform: ViewTransform): PixelBox {
  const [left, right] = transform.mirrored ? [bottomRight, topLeft] : [topLeft, bottomRight];
  return {
    x1: toPixelX(left.x, transform),
    y1: toPixelY(topLeft.y, transform),
    x2: toPixelX(right.x, transform),
    y2: toPixelY(bottomRight.y, transform),
  };
}

function unscaled({ x1, y1, x2, y2 }: PixelBox, scale: number): PixelBox {
  return {
    x1: Math.fround(x1 / scale),
    y1: Math.fround(y1 / scale),
    x2: Math.fround(x2 / scale),
    y2: Math.fround(y2 / scale),
  };
}

/**
 * Places a center in the original image, in pixels. The reference clips boxes to the image but not centers;
 * without `clipped` this does the same.
 */
export function placeCenter(center: Peak, transform: ViewTransform, clipped: boolean): Peak {
  const { width, height, scale } = transform;
  const [x, y] = [toPixelX(center.x, transform), toPixelY(center.y, transform)];
  return {
    ...center,
    x: Math.fround((clipped ? clip(x, width) : x) / scale),
    y: Math.fround((clipped ? clip(y, height) : y) / scale),
  };
}

/** Places any peak of a view in the original image, in pixels. It may lie outside. */
export function placePeak(peak: Peak, transform: ViewTransform): { x: number; y: number } {
  const { x, y } = placeCenter(peak, transform, false);
  return { x, y };
}

function toPixelX(cells: number, { mirrored, mapWidth, cellsPerPixelX, left }: ViewTransform): number {
  const turned = mirrored ? Math.fround(mapWidth - cells) : cells;
  return Math.fround(Math.fround(turned / Math.fround(cellsPerPixelX)) - left);
}

function toPixelY(cells: number, { cellsPerPixelY, top }: ViewTransform): number {
  return Math.fround(Math.fround(cells / Math.fround(cellsPerPixelY)) - top);
}

function clip(value: number, side: number): number {
  return Math.max(0, Math.min(value, side));
}
