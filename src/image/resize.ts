import type { Neighbours } from "../backend/sampledImage.ts";
import { sampleBilinear } from "./input/resizeBilinear.ts";
import type { Picture } from "./picture.ts";

/**
 * Resizes with bilinear interpolation between pixel centres and without antialiasing. Output pixel i
 * lies at (i + 0.5) * (old side / new side) - 0.5 in the old picture, clamped to its border pixels.
 * Along x first, then along y, each as a + (b - a) * fraction in float64, rounded half up at the end.
 */
export function resizeHalfPixelBilinear(picture: Picture, width: number, height: number): Picture {
  const columns = halfPixelNeighbours(picture.width, width);
  const rows = halfPixelNeighbours(picture.height, height);
  const data = new Uint8Array(width * height * 3);
  const roundHalfUp = (value: number) => Math.floor(value + 0.5);
  return { width, height, data: sampleBilinear(picture, columns, rows, mix, roundHalfUp, data) };
}

function halfPixelNeighbours(oldSide: number, newSide: number): Neighbours[] {
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.min(Math.max((i + 0.5) * (oldSide / newSide) - 0.5, 0), oldSide - 1);
    const before = Math.floor(position);
    return { before, after: Math.min(before + 1, oldSide - 1), fraction: position - before };
  });
}

function mix(a: number, b: number, fraction: number): number {
  return a + (b - a) * fraction;
}
