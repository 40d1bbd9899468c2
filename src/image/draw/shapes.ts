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
  const { left, top, right, bottom } = clipped(image, range);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const coverage = Math.min(1, 0.5 - distance(x + 0.5, y + 0.5));
      if (coverage > 0) blend(image, x, y, paint.color, coverage * paint.opacity);
    }
  }
}

function clipped({ width, height }: RgbImage, { left, top, right, bottom }: PixelRange): PixelRange {
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, right),
    bottom: Math.min(height, bottom),
  };
}

function blend({ width, data }: RgbImage, x: number, y: number, color: Color, part: number): void {
  const at = (y * width + x) * 3;
  const red = data[at];
  const green = data[at + 1];
  const blue = data[at + 2];
  data[at] = Math.round(red + (color[0] - red) * part);
  data[at + 1] = Math.round(green + (color[1] - green) * part);
  data[at + 2] = Math.round(blue + (color[2] - blue) * part);
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

/**
 * Draws lines with round ends as a single shape, so that crossings and joints do not get darker. A pixel belongs to the
 * nearest of the lines, and each line is compared with the pixels beside it alone.
 */
export function strokeLines(image: RgbImage, lines: readonly Line[], radius: number, paint: Paint): void {
  const { left, top, right, bottom } = clipped(image, pixelsOf(boundsOfLines(lines, radius)));
  const columns = right - left;
  if (columns <= 0 || bottom <= top) return;
  const reach = radius + 0.5;
  const nearest = new Float64Array(columns * (bottom - top)).fill(reach);
  for (const line of lines) {
    const rows = rowsNear(line, reach, top, bottom);
    for (let y = rows.first; y < rows.end; y++) {
      const { first, end } = columnsNear(line, reach, y, left, right);
      for (let x = first, at = (y - top) * columns - left + first; x < end; x++, at++) {
        const distance = distanceToLine(x + 0.5, y + 0.5, line);
        if (distance < nearest[at]) nearest[at] = distance;
      }
    }
  }
  for (let y = top, at = 0; y < bottom; y++) {
    for (let x = left; x < right; x++, at++) {
      if (nearest[at] < reach)
        blend(image, x, y, paint.color, Math.min(1, reach - nearest[at]) * paint.opacity);
    }
  }
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

function distanceToLine(x: number, y: number, { from, to }: Line): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const squaredLength = dx * dx + dy * dy;
  const along = squaredLength === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squaredLength;
  const t = Math.min(1, Math.max(0, along));
  return lengthOf(x - from.x - dx * t, y - from.y - dy * t);
}

/** `Math.hypot` guards against overflow, which no image comes near, and takes many times as long. */
function lengthOf(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** Draws one line row by row, so that a long diagonal does not cost its whole bounding box. */
export function strokeLine(image: RgbImage, line: Line, radius: number, paint: Paint): void {
  const reach = radius + 0.5;
  const rows = rowsNear(line, reach, 0, image.height);
  for (let y = rows.first; y < rows.end; y++) {
    const { first, end } = columnsNear(line, reach, y, 0, image.width);
    for (let x = first; x < end; x++) {
      const coverage = Math.min(1, reach - distanceToLine(x + 0.5, y + 0.5, line));
      if (coverage > 0) blend(image, x, y, paint.color, coverage * paint.opacity);
    }
  }
}

/** Rows or columns from `first` to `end` - 1. */
interface Span {
  readonly first: number;
  readonly end: number;
}

function rowsNear({ from, to }: Line, reach: number, top: number, bottom: number): Span {
  const first = Math.max(top, Math.floor(Math.min(from.y, to.y) - reach));
  return { first, end: Math.min(bottom, Math.ceil(Math.max(from.y, to.y) + reach)) };
}

/** The columns of row y whose centers can lie within `reach` of the line. */
function columnsNear({ from, to }: Line, reach: number, y: number, left: number, right: number): Span {
  const upper = xAt(from, to, y + 0.5 - reach);
  const lower = xAt(from, to, y + 0.5 + reach);
  const first = Math.max(left, Math.floor(Math.min(upper, lower) - reach));
  return { first, end: Math.min(right, Math.ceil(Math.max(upper, lower) + reach)) };
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
  const { left, top, right, bottom } = outer;
  // From the outer edge: how far a corner reaches, and how wide a straight side is.
  const reach = Math.ceil(Math.max(radius, corner) + radius + 0.5) + 1;
  const side = Math.ceil(2 * radius + 1) + 1;
  if (right - left <= 2 * reach || bottom - top <= 2 * reach) {
    fill(image, outer, distance, paint);
    return;
  }
  // The inside, which can be most of a large image, is skipped.
  for (const [from, to] of [
    [top, top + reach],
    [bottom - reach, bottom],
  ]) {
    fill(image, { left, right: left + reach, top: from, bottom: to }, distance, paint);
    fill(image, { left: right - reach, right, top: from, bottom: to }, distance, paint);
  }
  const between = { left: left + reach, right: right - reach, top: top + reach, bottom: bottom - reach };
  fillRows(image, { ...between, top, bottom: top + side }, distance, paint);
  fillRows(image, { ...between, top: bottom - side, bottom }, distance, paint);
  fillColumns(image, { ...between, left, right: left + side }, distance, paint);
  fillColumns(image, { ...between, left: right - side, right }, distance, paint);
}

/** As `fill`, where all pixels of a row are as far from the edge. */
function fillRows(image: RgbImage, range: PixelRange, distance: DistanceToEdge, paint: Paint): void {
  const { left, top, right, bottom } = clipped(image, range);
  for (let y = top; y < bottom; y++) {
    const coverage = Math.min(1, 0.5 - distance(range.left + 0.5, y + 0.5));
    if (coverage <= 0) continue;
    for (let x = left; x < right; x++) blend(image, x, y, paint.color, coverage * paint.opacity);
  }
}

/** As `fill`, where all pixels of a column are as far from the edge. */
function fillColumns(image: RgbImage, range: PixelRange, distance: DistanceToEdge, paint: Paint): void {
  const { left, top, right, bottom } = clipped(image, range);
  for (let x = left; x < right; x++) {
    const coverage = Math.min(1, 0.5 - distance(x + 0.5, range.top + 0.5));
    if (coverage <= 0) continue;
    for (let y = top; y < bottom; y++) blend(image, x, y, paint.color, coverage * paint.opacity);
  }
}

function distanceToRounded({ xmin, ymin, xmax, ymax }: Rectangle, corner: number): DistanceToEdge {
  const radius = Math.min(corner, (xmax - xmin) / 2, (ymax - ymin) / 2);
  return (x, y) => {
    const outsideX = Math.max(xmin + radius - x, x - (xmax - radius));
    const outsideY = Math.max(ymin + radius - y, y - (ymax - radius));
    const toCorner = lengthOf(Math.max(0, outsideX), Math.max(0, outsideY));
    return toCorner + Math.min(0, Math.max(outsideX, outsideY)) - radius;
  };
}
