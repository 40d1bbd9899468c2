import type { SamplePair } from "../../backend/sampledImage.ts";
import type { RgbImage } from "../rgbImage.ts";

/**
 * How a resize computes: `alongX` interpolates a row of RGB at the columns, `alongY` between two such rows. Whole rows, since
 * a call for each number would take longer than its arithmetic until V8 has optimized both.
 */
interface Arithmetic<Data> {
  alongX(source: Uint8Array, row: number, columns: readonly SamplePair[], mixed: Float64Array): void;
  alongY(upper: Float64Array, lower: Float64Array, fraction: number, data: Data, at: number): void;
}

/** The loop shared by both bilinear resizes. Writes RGB row by row into `data`. */
function sampleBilinear<Data extends Uint8Array | Float32Array>(
  image: RgbImage,
  columns: readonly SamplePair[],
  rows: readonly SamplePair[],
  { alongX, alongY }: Arithmetic<Data>,
  data: Data,
): Data {
  const upper = new Float64Array(columns.length * 3);
  const lower = new Float64Array(columns.length * 3);
  rows.forEach(({ before, after, fraction }, y) => {
    alongX(image.data, before * image.width * 3, columns, upper);
    alongX(image.data, after * image.width * 3, columns, lower);
    alongY(upper, lower, fraction, data, y * upper.length);
  });
  return data;
}

/**
 * Resizes with bilinear interpolation between pixel centers and without antialiasing. Output pixel i
 * lies at (i + 0.5) * (old side / new side) - 0.5 in the old image, clamped to its border pixels.
 * Along x first, then along y, each as a + (b - a) * fraction in float64, rounded half up at the end.
 */
export function resizeHalfPixelBilinear(image: RgbImage, width: number, height: number): RgbImage {
  const columns = halfPixelSamples(image.width, width);
  const rows = halfPixelSamples(image.height, height);
  const data = new Uint8Array(width * height * 3);
  return { width, height, data: sampleBilinear(image, columns, rows, FLOAT64, data) };
}

function halfPixelSamples(oldSide: number, newSide: number): SamplePair[] {
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.min(Math.max((i + 0.5) * (oldSide / newSide) - 0.5, 0), oldSide - 1);
    const before = Math.floor(position);
    return { before, after: Math.min(before + 1, oldSide - 1), fraction: position - before };
  });
}

const FLOAT64: Arithmetic<Uint8Array> = {
  alongX(source, row, columns, mixed) {
    let to = 0;
    for (const { before, after, fraction } of columns) {
      for (let channel = row; channel < row + 3; channel++) {
        const left = source[channel + before * 3];
        mixed[to++] = left + (source[channel + after * 3] - left) * fraction;
      }
    }
  },
  alongY(upper, lower, fraction, data, at) {
    for (let i = 0; i < upper.length; i++) {
      data[at + i] = Math.floor(upper[i] + (lower[i] - upper[i]) * fraction + 0.5);
    }
  },
};

/**
 * Samples as TensorFlow 1 resizes: along x first, then along y, each as a + (b - a) * fraction, every operation rounded
 * to float32. Returns RGB values from 0 to 255, row by row.
 */
export function resizeAt(
  image: RgbImage,
  columns: readonly SamplePair[],
  rows: readonly SamplePair[],
): Float32Array {
  const data = new Float32Array(columns.length * rows.length * 3);
  return sampleBilinear(image, columns, rows, FLOAT32, data);
}

/**
 * The sample pairs along one side, one per new pixel, as TensorFlow 1 places them: output pixel i lies at i * step in
 * the old image, without antialiasing.
 */
export function cornerSamples(oldSide: number, newSide: number, alignCorners = false): SamplePair[] {
  const step = cornerStep(oldSide, newSide, alignCorners);
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.fround(i * step);
    const before = Math.min(Math.floor(position), oldSide - 1);
    return { before, after: Math.min(before + 1, oldSide - 1), fraction: Math.fround(position - before) };
  });
}

/**
 * Old pixels per new pixel: the top left corners coincide and, with `alignCorners`, so do the bottom right ones. A side
 * of one pixel has no two corners to align.
 */
export function cornerStep(oldSide: number, newSide: number, alignCorners: boolean): number {
  if (alignCorners && oldSide > 1 && newSide > 1) return Math.fround((oldSide - 1) / (newSide - 1));
  return Math.fround(oldSide / newSide);
}

const FLOAT32: Arithmetic<Float32Array> = {
  alongX(source, row, columns, mixed) {
    let to = 0;
    for (const { before, after, fraction } of columns) {
      for (let channel = row; channel < row + 3; channel++) {
        const left = source[channel + before * 3];
        const part = Math.fround((source[channel + after * 3] - left) * fraction);
        mixed[to++] = Math.fround(left + part);
      }
    }
  },
  alongY(upper, lower, fraction, data, at) {
    for (let i = 0; i < upper.length; i++) {
      const part = Math.fround(Math.fround(lower[i] - upper[i]) * fraction);
      data[at + i] = upper[i] + part; // rounded by the array
    }
  },
};
