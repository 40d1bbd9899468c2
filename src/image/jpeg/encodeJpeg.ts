import encode from "jpeg-js/lib/encoder.js";
import { ImageError, UsageError } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";

const MAX_SIDE = 65535;

/** A baseline JPEG without chroma subsampling; `quality` is a whole number from 1 to 100. */
export function encodeJpeg(picture: RgbImage, quality = 92): Uint8Array {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new UsageError({
      where: "JPEG quality",
      expected: "a whole number from 1 to 100",
      got: `${quality}`,
    });
  }
  const { width, height } = picture;
  if (width > MAX_SIDE || height > MAX_SIDE) {
    const hint = "Write a PNG instead.";
    throw new ImageError({
      where: "JPEG",
      expected: `sides of at most ${MAX_SIDE}`,
      got: `${width} x ${height}`,
      hint,
    });
  }
  return withBuffer(() => new Uint8Array(encode({ width, height, data: toRgba(picture) }, quality).data));
}

/** jpeg-js takes four bytes a pixel and ignores the last. */
function toRgba({ width, height, data }: RgbImage): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
  }
  return rgba;
}

/**
 * In a bundle, jpeg-js takes itself to be in Node and ends with `Buffer.from(bytes)`, although a
 * Uint8Array is all it needs; a browser has no Buffer, so it gets one for the length of this call.
 */
function withBuffer<Result>(run: () => Result): Result {
  const scope: { Buffer?: unknown } = globalThis;
  if (scope.Buffer) return run();
  scope.Buffer = Uint8Array;
  try {
    return run();
  } finally {
    delete scope.Buffer;
  }
}
