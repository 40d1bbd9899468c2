import type { SamplePair } from "../../backend/sampledImage.ts";
import type { RgbImage } from "../rgbImage.ts";

/**
 * The loop shared by both bilinear resizes. Interpolates each new pixel along x first, then along y; `mix`
 * interpolates between two values in the arithmetic of the resize. Writes RGB row by row into `data`.
 */
function sampleBilinear<Data extends Uint8Array | Float32Array>(
  image: RgbImage,
  columns: readonly SamplePair[],
  rows: readonly SamplePair[],
  mix: (a: number, b: number, fraction: number) => number,
  finish: (value: number) => number,
  data: Data,
): Data {
  const source = image.data;
  let to = 0;
  for (const row of rows) {
    const upperRow = row.before * image.width * 3;
    const lowerRow = row.after * image.width * 3;
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const left = column.before * 3 + channel;
        const right = column.after * 3 + channel;
        const upper = mix(source[upperRow + left], source[upperRow + right], column.fraction);
        const lower = mix(source[lowerRow + left], source[lowerRow + right], column.fraction);
        data[to++] = finish(mix(upper, lower, row.fraction));
      }
    }
  }
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
  const roundHalfUp = (value: number) => Math.floor(value + 0.5);
  return { width, height, data: sampleBilinear(image, columns, rows, mixFloat64, roundHalfUp, data) };
}

function halfPixelSamples(oldSide: number, newSide: number): SamplePair[] {
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.min(Math.max((i + 0.5) * (oldSide / newSide) - 0.5, 0), oldSide - 1);
    const before = Math.floor(position);
    return { before, after: Math.min(before + 1, oldSide - 1), fraction: position - before };
  });
}

function mixFloat64(a: number, b: number, fraction: number): number {
  return a + (b - a) * fraction;
}

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
  return sampleBilinear(image, columns, rows, mixFloat32, (value) => value, data);
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

function mixFloat32(a: number, b: number, fraction: number): number {
  return Math.fround(a + Math.fround(Math.fround(b - a) * fraction));
}
