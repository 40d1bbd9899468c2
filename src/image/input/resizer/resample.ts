/**
 * The four ways in which TensorFlow 1 resizes images, bit for bit: `tf.image.resize` of its compatibility module,
 * without antialiasing and without half-pixel centers. Output pixel i lies at i · step in the old image, with step =
 * old side / new side or, if the corners are aligned, (old side − 1) / (new side − 1). Every operation is rounded to
 * float32. Each returns RGB values row by row, from 0 to 255 except that `bicubic` may go beyond.
 */
import type { RgbImage } from "../../rgbImage.ts";
import { cornerSamples, cornerStep, resizeAt } from "../resizeBilinear.ts";
import { roundHalfToEven } from "../resizeFixedPoint.ts";
import type { ResizeMethod, Size } from "./imageResizer.ts";

type Resample = (image: RgbImage, to: Size, alignCorners: boolean) => Float32Array;

export const RESAMPLE: Readonly<Record<ResizeMethod, Resample>> = {
  BILINEAR: (image, to, aligned) => {
    const columns = cornerSamples(image.width, to.width, aligned);
    return resizeAt(image, columns, cornerSamples(image.height, to.height, aligned));
  },
  NEAREST_NEIGHBOR: (image, to, aligned) => {
    const columns = nearestSamples(image.width, to.width, aligned);
    return resizeAt(image, columns, nearestSamples(image.height, to.height, aligned));
  },
  BICUBIC: bicubic,
  AREA: area,
};

/** The nearest pixel below; with aligned corners the nearest on either side, the upper one of a tie. */
export function nearestSamples(oldSide: number, newSide: number, alignCorners: boolean) {
  const step = cornerStep(oldSide, newSide, alignCorners);
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.fround(i * step);
    const pixel = Math.min(Math.floor(alignCorners ? position + 0.5 : position), oldSide - 1);
    return { before: pixel, after: pixel, fraction: 0 };
  });
}

/** A pixel's weighted neighbors along one side of the image: from pixel `first` on, one for each weight. */
interface Neighbors {
  readonly pixels: readonly number[];
  readonly weights: Float32Array;
}

function bicubic(image: RgbImage, to: Size, alignCorners: boolean): Float32Array {
  const columns = bicubicNeighbors(image.width, to.width, alignCorners);
  const blended = new Float32Array(image.width * 3);
  const data = new Float32Array(to.width * to.height * 3);
  let at = 0;
  for (const row of bicubicNeighbors(image.height, to.height, alignCorners)) {
    weightedRows(image, row, blended);
    for (const { pixels, weights } of columns) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = Math.fround(blended[pixels[0] * 3 + channel] * weights[0]);
        for (let tap = 1; tap < 4; tap++) {
          sum = Math.fround(sum + Math.fround(blended[pixels[tap] * 3 + channel] * weights[tap]));
        }
        data[at++] = sum;
      }
    }
  }
  return data;
}

/** The sum of the weighted rows, of the image's width. */
function weightedRows({ width, data }: RgbImage, { pixels, weights }: Neighbors, sum: Float32Array): void {
  const length = width * 3;
  pixels.forEach((row, tap) => {
    const start = row * length;
    const weight = weights[tap];
    for (let i = 0; i < length; i++) {
      const product = Math.fround(data[start + i] * weight);
      sum[i] = tap === 0 ? product : sum[i] + product;
    }
  });
}

/** Keys' cubic with a = −0.75, tabulated in 1024ths of a pixel. */
const [CUBIC, STEPS] = [-0.75, 1024];

/** Weights at distances from 0 to 1, and from 1 to 2. */
const NEAR = table((x) => ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1, 0);
const FAR = table((x) => ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC, 1);

function table(weightAt: (distance: number) => number, start: number): Float32Array {
  return Float32Array.from({ length: STEPS + 1 }, (_, k) => weightAt(start + k / STEPS));
}

function bicubicNeighbors(oldSide: number, newSide: number, alignCorners: boolean): Neighbors[] {
  const step = cornerStep(oldSide, newSide, alignCorners);
  const inside = (pixel: number) => Math.max(0, Math.min(pixel, oldSide - 1));
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.fround(i * step);
    const floor = Math.floor(position);
    const k = roundHalfToEven(Math.fround(position - floor) * STEPS);
    return {
      pixels: [-1, 0, 1, 2].map((tap) => inside(floor + tap)),
      weights: Float32Array.of(FAR[k], NEAR[k], NEAR[STEPS - k], FAR[STEPS - k]),
    };
  });
}

/** Each output pixel is the mean of the area that it covers. */
function area(image: RgbImage, to: Size, alignCorners: boolean): Float32Array {
  const [stepX, stepY] = [
    cornerStep(image.width, to.width, alignCorners),
    cornerStep(image.height, to.height, alignCorners),
  ];
  const columns = coveredPixels(image.width, to.width, stepX);
  const scale = Math.fround(1 / Math.fround(stepY * stepX));
  const data = new Float32Array(to.width * to.height * 3);
  let start = 0;
  for (const { pixels: rows, weights } of coveredPixels(image.height, to.height, stepY)) {
    const sums = data.subarray(start, start + to.width * 3);
    rows.forEach((row, tap) => {
      addWeightedRow(image.data, row * image.width * 3, columns, weights[tap], sums);
    });
    for (let i = 0; i < sums.length; i++) sums[i] *= scale;
    start += sums.length;
  }
  return data;
}

function addWeightedRow(
  data: Uint8Array,
  start: number,
  columns: readonly Neighbors[],
  rowWeight: number,
  sums: Float32Array,
): void {
  let at = 0;
  for (const { pixels, weights } of columns) {
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let tap = 0; tap < pixels.length; tap++) {
        sum = Math.fround(sum + Math.fround(data[start + pixels[tap] * 3 + channel] * weights[tap]));
      }
      sums[at++] += Math.fround(sum * rowWeight);
    }
  }
}

/** The pixels that each output pixel covers, weighted by how much of their side it covers. */
function coveredPixels(oldSide: number, newSide: number, step: number): Neighbors[] {
  return Array.from({ length: newSide }, (_, i) => {
    const from = Math.fround(i * step);
    const until = Math.fround((i + 1) * step);
    const first = Math.floor(from);
    const count = Math.ceil(until) - first;
    const weight = (pixel: number) => {
      if (pixel < from) return pixel + 1 > until ? step : pixel + 1 - from;
      return pixel + 1 > until ? until - pixel : 1;
    };
    return {
      pixels: Array.from({ length: count }, (_, tap) => Math.min(first + tap, oldSide - 1)),
      weights: Float32Array.from({ length: count }, (_, tap) => weight(first + tap)),
    };
  });
}
