import { zlibSync } from "fflate";
import type { Picture } from "../../src/image/picture.ts";
import { PNG_SIGNATURE, pngChunk } from "../../src/image/png/encodePng.ts";
import { concatenate } from "../../src/support/concatenate.ts";

const MOST_COLOURS = 256;

/**
 * A PNG of at most 256 colours: the most frequent ones, and for the others (blends at edges) the nearest of
 * these. A drawing's file is half as large as in full colour.
 */
export function encodeIndexedPng({ width, height, data }: Picture): Uint8Array {
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i += 3) {
    const colour = packed(data, i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  const palette = byCount.slice(0, MOST_COLOURS).map(([colour]) => colour);
  const indices = new Map(byCount.map(([colour]) => [colour, nearest(colour, palette)]));

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
    pngChunk("PLTE", Uint8Array.from(palette.flatMap((colour) => parts(colour)))),
    pngChunk("IDAT", zlibSync(rows, { level: 9 })),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

function packed(data: Uint8Array, at: number): number {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

function parts(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function nearest(colour: number, palette: readonly number[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  const wanted = parts(colour);
  for (const [index, candidate] of palette.entries()) {
    const distance = parts(candidate).reduce((sum, part, c) => sum + (part - wanted[c]) ** 2, 0);
    if (distance >= least) continue;
    best = index;
    least = distance;
  }
  return best;
}
