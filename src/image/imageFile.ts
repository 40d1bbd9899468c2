import { ImageError } from "../errors.ts";
import { identifyFormat } from "./identifyFormat.ts";
import { decodeJpeg } from "./jpeg/decodeJpeg.ts";
import { decodePng } from "./png/decodePng.ts";
import type { RgbImage } from "./rgbImage.ts";

/**
 * Decodes a JPEG or PNG file into upright 8 bit RGB; the bytes decide which it is, not a name. `where`
 * stands at the beginning of every error, usually the file's name.
 *
 * Either the whole image comes back, or ImageError is thrown: for other formats (named in the error),
 * for damaged and truncated files (nothing is shown in part, in Node and in browsers alike), and for
 * sizes beyond `imageLimits.ts`.
 */
export function decodeImage(bytes: Uint8Array, where: string): RgbImage {
  const format = identifyFormat(bytes);
  if (format.readable === "jpeg") return decodeJpeg(bytes, where);
  if (format.readable === "png") return decodePng(bytes, where);
  const { description: got, hint } = format;
  throw new ImageError({ where, expected: "a JPEG or PNG image", got, hint });
}

export { encodeJpeg } from "./jpeg/encodeJpeg.ts";
export { encodePng } from "./png/encodePng.ts";
