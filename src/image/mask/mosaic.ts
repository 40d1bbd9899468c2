import type { Box } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";

/** At most so many tiles along each side of a group of boxes: more would keep a face's features. */
const TILES = 4;

/**
 * The image's pixels with a mosaic over each group of overlapping boxes: each tile has the mean of its pixels. With
 * `blurred`, the mosaic is then blurred over half a tile, from its own values alone.
 */
export function mosaic(image: RgbImage, boxes: readonly Box[], blurred: boolean): Uint8Array {
  const data = Uint8Array.from(image.data);
  for (const group of groupsOf(boxes)) {
    const area = clipped(group, image);
    if (area.xmin >= area.xmax || area.ymin >= area.ymax) continue;
    const columns = edges(area.xmin, area.xmax);
    const rows = edges(area.ymin, area.ymax);
    for (let row = 0; row + 1 < rows.length; row++) {
      for (let column = 0; column + 1 < columns.length; column++) {
        const tile = {
          xmin: columns[column],
          xmax: columns[column + 1],
          ymin: rows[row],
          ymax: rows[row + 1],
        };
        fillWithMean(image, tile, data);
      }
    }
    if (blurred) {
      blur(data, image.width, area, 3, Math.ceil((area.xmax - area.xmin) / TILES / 2));
      blur(data, image.width, area, image.width * 3, Math.ceil((area.ymax - area.ymin) / TILES / 2));
    }
  }
  return data;
}

/** The boxes around boxes that overlap each other, until none does. */
function groupsOf(boxes: readonly Box[]): Box[] {
  const groups: Box[] = [];
  for (const box of boxes) {
    let joined = box;
    for (let at = groups.findIndex((other) => overlap(joined, other)); at >= 0; ) {
      const [other] = groups.splice(at, 1);
      joined = {
        xmin: Math.min(joined.xmin, other.xmin),
        ymin: Math.min(joined.ymin, other.ymin),
        xmax: Math.max(joined.xmax, other.xmax),
        ymax: Math.max(joined.ymax, other.ymax),
      };
      at = groups.findIndex((next) => overlap(joined, next));
    }
    groups.push(joined);
  }
  return groups;
}

function overlap(a: Box, b: Box): boolean {
  return a.xmin < b.xmax && b.xmin < a.xmax && a.ymin < b.ymax && b.ymin < a.ymax;
}

function clipped({ xmin, ymin, xmax, ymax }: Box, { width, height }: RgbImage): Box {
  return {
    xmin: Math.max(xmin, 0),
    ymin: Math.max(ymin, 0),
    xmax: Math.min(xmax, width),
    ymax: Math.min(ymax, height),
  };
}

/** Whole pixels that divide a side into at most four parts. */
function edges(start: number, end: number): number[] {
  const parts = Math.min(TILES, end - start);
  return Array.from({ length: parts + 1 }, (_, i) => start + Math.round(((end - start) * i) / parts));
}

function fillWithMean(
  { width, data: source }: RgbImage,
  { xmin, ymin, xmax, ymax }: Box,
  data: Uint8Array,
): void {
  const count = (xmax - xmin) * (ymax - ymin);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let y = ymin; y < ymax; y++) {
      for (let x = xmin; x < xmax; x++) sum += source[(y * width + x) * 3 + channel];
    }
    const mean = Math.round(sum / count);
    for (let y = ymin; y < ymax; y++) {
      for (let x = xmin; x < xmax; x++) data[(y * width + x) * 3 + channel] = mean;
    }
  }
}

/** Means over `radius` pixels to either side within the area, along x (`step` 3) or y. */
function blur(data: Uint8Array, width: number, area: Box, step: number, radius: number): void {
  const alongX = step === 3;
  const [lines, length] = alongX
    ? [area.ymax - area.ymin, area.xmax - area.xmin]
    : [area.xmax - area.xmin, area.ymax - area.ymin];
  const line = new Float64Array(length + 1);
  for (let n = 0; n < lines; n++) {
    const start = ((area.ymin + (alongX ? n : 0)) * width + area.xmin + (alongX ? 0 : n)) * 3;
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < length; i++) line[i + 1] = line[i] + data[start + i * step + channel];
      for (let i = 0; i < length; i++) {
        const [from, to] = [Math.max(i - radius, 0), Math.min(i + radius + 1, length)];
        data[start + i * step + channel] = Math.round((line[to] - line[from]) / (to - from));
      }
    }
  }
}
