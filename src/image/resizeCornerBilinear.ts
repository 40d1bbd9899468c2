import type { Picture } from "./picture.ts";

/**
 * Resizes with bilinear interpolation as TensorFlow 1 does: output pixel i lies at i * (old side / new side),
 * so that corners meet and not centres, and without antialiasing. Along x first, then along y, each as
 * a + (b - a) * fraction, every operation rounded to float32. Returns RGB values from 0 to 255, row by row.
 */
export function resizeCornerBilinear(picture: Picture, width: number, height: number): Float32Array {
  const columns = cornerNeighbours(picture.width, width);
  const rows = cornerNeighbours(picture.height, height);
  const source = picture.data;
  const data = new Float32Array(width * height * 3);

  let to = 0;
  for (const row of rows) {
    const upperRow = row.before * picture.width;
    const lowerRow = row.after * picture.width;
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const left = column.before * 3 + channel;
        const right = column.after * 3 + channel;
        const upper = mix(source[upperRow * 3 + left], source[upperRow * 3 + right], column.fraction);
        const lower = mix(source[lowerRow * 3 + left], source[lowerRow * 3 + right], column.fraction);
        data[to++] = mix(upper, lower, row.fraction);
      }
    }
  }
  return data;
}

/** The two old pixels that a new one lies between, and how far it lies towards the second. */
interface Neighbours {
  before: number;
  after: number;
  fraction: number;
}

function cornerNeighbours(oldSide: number, newSide: number): Neighbours[] {
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
