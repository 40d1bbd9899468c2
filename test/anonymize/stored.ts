/** Images as cameras store them. */
import { type Orientation, turnUpright } from "../../src/image/exif.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { concatenate } from "../../src/support/concatenate.ts";

export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** What this orientation turns upright into the image: 6 and 8 undo each other, the others themselves. */
export function stored(image: RgbImage, orientation: Orientation): RgbImage {
  const inverse = { 6: 8, 8: 6 } as const;
  return turnUpright(image, orientation === 6 || orientation === 8 ? inverse[orientation] : orientation);
}

export function latin1(value: string): Uint8Array {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

/** A TIFF header and a directory with this orientation alone. */
export function exifData(orientation: Orientation): Uint8Array {
  return concatenate([
    latin1("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"),
    Uint8Array.of(0, orientation, 0, 0, 0, 0, 0, 0),
  ]);
}

export function segment(marker: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  return concatenate([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), data]);
}

const JFIF_END = 20;

/** A JPEG of this project's encoder with further segments after its first. */
export function withSegments(jpeg: Uint8Array, ...segments: Uint8Array[]): Uint8Array {
  return concatenate([jpeg.subarray(0, JFIF_END), ...segments, jpeg.subarray(JFIF_END)]);
}

export function withExif(jpeg: Uint8Array, orientation: Orientation): Uint8Array {
  return withSegments(jpeg, segment(0xe1, concatenate([latin1("Exif\0\0"), exifData(orientation)])));
}
