import type { Neighbours } from "../backend/sampledImage.ts";
import { sampleBilinear } from "./input/resizeBilinear.ts";
import type { Picture } from "./picture.ts";

/**
 * Resizes with bilinear interpolation as TensorFlow 1 does: output pixel i lies at i * (old side / new side),
 * so that corners meet and not centres, and without antialiasing. Along x first, then along y, each as
 * a + (b - a) * fraction, every operation rounded to float32. Returns RGB values from 0 to 255, row by row.
 */
export function resizeCornerBilinear(picture: Picture, width: number, height: number): Float32Array {
  const columns = cornerNeighbours(picture.width, width);
  const rows = cornerNeighbours(picture.height, height);
  const data = new Float32Array(width * height * 3);
  return sampleBilinear(picture, columns, rows, mix, (value) => value, data);
}

/** By new pixel along one side. */
export function cornerNeighbours(oldSide: number, newSide: number): Neighbours[] {
  const step = Math.fround(oldSide / newSide);
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.fround(i * step);
    const before = Math.floor(position);
    return { before, after: Math.min(before + 1, oldSide - 1), fraction: Math.fround(position - before) };
  });
}

function mix(a: number, b: number, fraction: number): number {
  return Math.fround(a + Math.fround(Math.fround(b - a) * fraction));
}
