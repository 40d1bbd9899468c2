import type { Neighbours } from "../../backend/sampledImage.ts";
import type { Picture } from "../picture.ts";

/** Weights are integers of 11 bits, rounded half to even. */
const ONE = 2048;

/**
 * Resizes with bilinear interpolation in integers, bit for bit as OpenCV's cv2.resize does with 8-bit
 * pictures (INTER_LINEAR; modules/imgproc/src/resize.cpp). Output pixel i lies at
 * (i + 0.5) · (old side / new side) - 0.5, as a float32.
 */
export function resizeFixedPoint(picture: Picture, width: number, height: number): Picture {
  if (width === picture.width && height === picture.height) return picture;
  const columns = fixedPointNeighbours(picture.width, width, "columns");
  const rows = fixedPointNeighbours(picture.height, height, "rows");
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (const row of rows) {
    const above = row.before * picture.width * 3;
    const below = row.after * picture.width * 3;
    const weight = row.fraction * ONE;
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const upper = (mix(picture.data, above + channel, column) >> 4) * (ONE - weight);
        const lower = (mix(picture.data, below + channel, column) >> 4) * weight;
        data[to++] = ((upper >> 16) + (lower >> 16) + 2) >> 2;
      }
    }
  }
  return { width, height, data };
}

/** Beyond the border both are the border's pixel; along x the second has no weight there, along y it keeps it. */
export function fixedPointNeighbours(
  oldSide: number,
  newSide: number,
  along: "columns" | "rows",
): Neighbours[] {
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

function mix(pixels: Uint8Array, start: number, { before, after, fraction }: Neighbours): number {
  const weight = fraction * ONE;
  return pixels[start + before * 3] * (ONE - weight) + pixels[start + after * 3] * weight;
}

/** To the nearest whole number, ties to the even one, as IEEE 754 and the libraries followed here round. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isTie = value - below === 0.5;
  return isTie && below % 2 === 0 ? below : Math.floor(value + 0.5);
}
