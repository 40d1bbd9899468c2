import type { SamplePair } from "../../backend/sampledImage.ts";
import type { RgbImage } from "../rgbImage.ts";

/** The weight 1: weights are integers of 11 bits, rounded half to even. */
const ONE = 2048;

/**
 * Resizes with bilinear interpolation in integers, bit for bit as OpenCV's cv2.resize does with 8-bit
 * images (INTER_LINEAR; modules/imgproc/src/resize.cpp). Output pixel i lies at
 * (i + 0.5) · (old side / new side) - 0.5, as a float32.
 */
export function resizeFixedPoint(image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image;
  const columns = fixedPointSamples(image.width, width, "columns");
  const rows = fixedPointSamples(image.height, height, "rows");
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (const row of rows) {
    const above = row.before * image.width * 3;
    const below = row.after * image.width * 3;
    const weight = row.fraction * ONE;
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const upper = (mix(image.data, above + channel, column) >> 4) * (ONE - weight);
        const lower = (mix(image.data, below + channel, column) >> 4) * weight;
        data[to++] = ((upper >> 16) + (lower >> 16) + 2) >> 2;
      }
    }
  }
  return { width, height, data };
}

/** Beyond the border both samples are the border pixel. Along x the second then has no weight; along y it keeps it. */
export function fixedPointSamples(oldSide: number, newSide: number, along: "columns" | "rows"): SamplePair[] {
  const last = oldSide - 1;
  return Array.from({ length: newSide }, (_, i) => {
    const position = Math.fround((i + 0.5) * (oldSide / newSide) - 0.5);
    const floor = Math.floor(position);
    const isBeyond = along === "columns" && (floor < 0 || floor >= last);
    const fraction = isBeyond ? 0 : Math.fround(position - floor);
    const clipped = (index: number) => Math.max(0, Math.min(index, last));
    const weight = roundHalfToEven(fraction * ONE);
    return { before: clipped(floor), after: clipped(floor + 1), fraction: weight / ONE };
  });
}

function mix(pixels: Uint8Array, start: number, { before, after, fraction }: SamplePair): number {
  const weight = fraction * ONE;
  return pixels[start + before * 3] * (ONE - weight) + pixels[start + after * 3] * weight;
}

/** Rounds to the nearest integer, ties to even, as IEEE 754 and the reference libraries do. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isTie = value - below === 0.5;
  return isTie && below % 2 === 0 ? below : Math.floor(value + 0.5);
}
