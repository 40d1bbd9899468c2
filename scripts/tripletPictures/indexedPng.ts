import { zlibSync } from "fflate";
import { PNG_SIGNATURE, pngChunk } from "../../src/image/png/encodePng.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { concatenate } from "../../src/support/concatenate.ts";

const MOST_COLOURS = 256;

/**
 * A PNG of at most 256 colors: the most frequent ones, and for the others (blends at edges) the nearest of
 * these. A drawing's file is half as large as in full color.
 */
export function encodeIndexedPng({ width, height, data }: RgbImage): Uint8Array {
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i += 3) {
    const color = packed(data, i);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  const palette = byCount.slice(0, MOST_COLOURS).map(([color]) => color);
  const indices = new Map(byCount.map(([color]) => [color, nearest(color, palette)]));

  const rows = new Uint8Array(height * (width + 1)); // each row begins with filter 0: none
  for (let i = 0; i < width * height; i++) {
    rows[Math.floor(i / width) + 1 + i] = indices.get(packed(data, 3 * i)) ?? 0;
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8); // bits, indexed, deflate, adaptive filters, no interlace
  return concatenate([
    PNG_SIGNATURE,
    pngChunk("IHDR", header),
    pngChunk("PLTE", Uint8Array.from(palette.flatMap((color) => parts(color)))),
    pngChunk("IDAT", zlibSync(rows, { level: 9 })),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

function packed(data: Uint8Array, at: number): number {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

function parts(color: number): [number, number, number] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

function nearest(color: number, palette: readonly number[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  const wanted = parts(color);
  for (const [index, candidate] of palette.entries()) {
    const distance = parts(candidate).reduce((sum, part, c) => sum + (part - wanted[c]) ** 2, 0);
    if (distance >= least) continue;
    best = index;
    least = distance;
  }
  return best;
}
