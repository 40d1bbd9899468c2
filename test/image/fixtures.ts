import { readFileSync } from "node:fs";
import type { RgbImage } from "../../src/image/rgbImage.ts";

/** How the fixtures were made stands in `fixtures/README.md`. */
export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

/** The JPEGs' pixels as libjpeg gives them. */
export interface JpegReference {
  width: number;
  height: number;
  /** RGB, base64. */
  pillow: string;
}

/** A part of a larger picture. */
export interface CropReference extends JpegReference {
  x: number;
  y: number;
}

/** The PNGs' pixels as they were encoded, and as Pillow reads them where it reads 8 bits. */
export interface PngReference {
  width: number;
  height: number;
  /** RGB, base64. */
  rgb: string;
}

export function jpegReferences(): [name: string, JpegReference][] {
  return Object.entries(JSON.parse(new TextDecoder().decode(readFixture("jpeg.json"))));
}

export function photoCrops(): [name: string, CropReference][] {
  return Object.entries(JSON.parse(new TextDecoder().decode(readFixture("photoCrops.json"))));
}

export function pngReferences(): [name: string, PngReference][] {
  return Object.entries(JSON.parse(new TextDecoder().decode(readFixture("png.json"))));
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** An image with no two pixels alike (up to 256 x 256), so that a misplaced one is noticed. */
export function numberedPicture(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, (x * 7 + y * 13) % 256], (y * width + x) * 3);
  }
  return { width, height, data };
}
