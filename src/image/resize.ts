import type { Picture } from "./picture.ts";

/**
 * Resizes with bilinear interpolation between pixel centres and without antialiasing. Output pixel i
 * lies at (i + 0.5) * (old side / new side) - 0.5 in the old picture, clamped to its border pixels.
 * Along x first, then along y, each as a + (b - a) * fraction in float64, rounded half up at the end.
 */
export function resizeHalfPixelBilinear(picture: Picture, width: number, height: number): Picture {
  const columns = halfPixelNeighbours(picture.width, width);
  const rows = halfPixelNeighbours(picture.height, height);
  const source = picture.data;
  const data = new Uint8Array(width * height * 3);

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
        data[to++] = Math.floor(mix(upper, lower, row.fraction) + 0.5);
      }
    }
  }
  return { width, height, data };
}

/** The two old pixels that a new one lies between, and how far it lies towards the second. */
interface Neighbours {
  before: number;
  after: number;
  fraction: number;
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
