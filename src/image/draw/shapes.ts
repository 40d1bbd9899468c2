import type { RgbImage } from "../rgbImage.ts";

/** Red, green and blue, each from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** A position in pixels. Pixel (i, j) has its center at (i + 0.5, j + 0.5). */
export interface Point {
  x: number;
  y: number;
}

export interface Rectangle {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** How a shape is painted: `opacity` from 0 to 1. */
export interface Paint {
  color: Color;
  opacity: number;
}

/** The pixels from left to right - 1 and from top to bottom - 1. */
interface PixelRange {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Distance from a point to a shape's edge, negative inside the shape. */
type DistanceToEdge = (x: number, y: number) => number;

/**
 * Paints the part of a shape that lies in `range` and in the image, with antialiasing: a pixel is covered fully
 * if its center lies at least half a pixel inside the shape, and partly within half a pixel of the edge.
 */
function fill(image: RgbImage, range: PixelRange, distance: DistanceToEdge, paint: Paint): void {
  const right = Math.min(image.width, range.right);
  const bottom = Math.min(image.height, range.bottom);
  for (let y = Math.max(0, range.top); y < bottom; y++) {
    for (let x = Math.max(0, range.left); x < right; x++) {
      const coverage = Math.min(1, 0.5 - distance(x + 0.5, y + 0.5));
      if (coverage > 0) blend(image, x, y, paint.color, coverage * paint.opacity);
    }
  }
}

function blend(image: RgbImage, x: number, y: number, color: Color, part: number): void {
  const at = (y * image.width + x) * 3;
  for (let channel = 0; channel < 3; channel++) {
    const old = image.data[at + channel];
    image.data[at + channel] = Math.round(old + (color[channel] - old) * part);
  }
}

/** The pixels whose centers lie within half a pixel of the rectangle. */
function pixelsOf({ xmin, ymin, xmax, ymax }: Rectangle): PixelRange {
  return {
    left: Math.floor(xmin - 0.5),
    top: Math.floor(ymin - 0.5),
    right: Math.ceil(xmax + 0.5),
    bottom: Math.ceil(ymax + 0.5),
  };
}

/** Draws lines with round ends as a single shape, so that crossings and joints do not get darker. */
export function strokeLines(image: RgbImage, lines: readonly Line[], radius: number, paint: Paint): void {
  const distance = (x: number, y: number) => distanceToLines(x, y, lines) - radius;
  fill(image, pixelsOf(boundsOfLines(lines, radius)), distance, paint);
}

export interface Line {
  from: Point;
  to: Point;
}

function boundsOfLines(lines: readonly Line[], radius: number): Rectangle {
  const bounds = { xmin: Infinity, ymin: Infinity, xmax: -Infinity, ymax: -Infinity };
  for (const { from, to } of lines) {
    bounds.xmin = Math.min(bounds.xmin, from.x - radius, to.x - radius);
    bounds.ymin = Math.min(bounds.ymin, from.y - radius, to.y - radius);
    bounds.xmax = Math.max(bounds.xmax, from.x + radius, to.x + radius);
    bounds.ymax = Math.max(bounds.ymax, from.y + radius, to.y + radius);
  }
  return bounds;
}

function distanceToLines(x: number, y: number, lines: readonly Line[]): number {
  let nearest = Infinity;
  for (const { from, to } of lines) nearest = Math.min(nearest, distanceToLine(x, y, from, to));
  return nearest;
}

function distanceToLine(x: number, y: number, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const squaredLength = dx * dx + dy * dy;
  const along = squaredLength === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squaredLength;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - dx * t, y - from.y - dy * t);
}

/** Draws one line row by row, so that a long diagonal does not cost its whole bounding box. */
export function strokeLine(image: RgbImage, { from, to }: Line, radius: number, paint: Paint): void {
  const distance = (x: number, y: number) => distanceToLine(x, y, from, to) - radius;
  const { top, bottom } = pixelsOf(boundsOfLines([{ from, to }], radius));
  const reach = radius + 0.5;
  for (let row = Math.max(0, top); row < Math.min(image.height, bottom); row++) {
    const upper = xAt(from, to, row + 0.5 - reach);
    const lower = xAt(from, to, row + 0.5 + reach);
    const left = Math.floor(Math.min(upper, lower) - reach);
    const right = Math.ceil(Math.max(upper, lower) + reach);
    fill(image, { left, right, top: row, bottom: row + 1 }, distance, paint);
  }
}

/** The line's x at height y; beyond its ends, the nearer end's x. */
function xAt(from: Point, to: Point, y: number): number {
  if (from.y === to.y) return y < from.y ? from.x : to.x;
  const t = (y - from.y) / (to.y - from.y);
  return from.x + (to.x - from.x) * Math.min(1, Math.max(0, t));
}

export function fillDisc(image: RgbImage, center: Point, radius: number, paint: Paint): void {
  strokeLines(image, [{ from: center, to: center }], radius, paint);
}

export function fillRounded(image: RgbImage, rectangle: Rectangle, corner: number, paint: Paint): void {
  fill(image, pixelsOf(rectangle), distanceToRounded(rectangle, corner), paint);
}

/** Draws the outline of a rectangle with round corners, `radius` to both sides of its edge. */
export function strokeRounded(
  image: RgbImage,
  rectangle: Rectangle,
  corner: number,
  radius: number,
  paint: Paint,
): void {
  const toEdge = distanceToRounded(rectangle, corner);
  const distance = (x: number, y: number) => Math.abs(toEdge(x, y)) - radius;
  const { xmin, ymin, xmax, ymax } = rectangle;
  const outer = pixelsOf({
    xmin: xmin - radius,
    ymin: ymin - radius,
    xmax: xmax + radius,
    ymax: ymax + radius,
  });
  // Four strips skip the inside, which can be most of a large image.
  const strip = Math.ceil(2 * radius + corner) + 1;
  const upper = Math.min(outer.top + strip, outer.bottom);
  const lower = Math.max(outer.bottom - strip, upper);
  const leftEnd = Math.min(outer.left + strip, outer.right);
  const rightStart = Math.max(outer.right - strip, leftEnd);
  fill(image, { ...outer, bottom: upper }, distance, paint);
  fill(image, { ...outer, top: lower }, distance, paint);
  fill(image, { ...outer, top: upper, bottom: lower, right: leftEnd }, distance, paint);
  fill(image, { ...outer, top: upper, bottom: lower, left: rightStart }, distance, paint);
}

function distanceToRounded({ xmin, ymin, xmax, ymax }: Rectangle, corner: number): DistanceToEdge {
  const radius = Math.min(corner, (xmax - xmin) / 2, (ymax - ymin) / 2);
  return (x, y) => {
    const outsideX = Math.max(xmin + radius - x, x - (xmax - radius));
    const outsideY = Math.max(ymin + radius - y, y - (ymax - radius));
    const toCorner = Math.hypot(Math.max(0, outsideX), Math.max(0, outsideY));
    return toCorner + Math.min(0, Math.max(outsideX, outsideY)) - radius;
  };
}
