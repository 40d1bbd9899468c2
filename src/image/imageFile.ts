import { ImageError } from "../errors.ts";
import { identifyFormat } from "./identifyFormat.ts";
import { decodeJpeg } from "./jpeg/decodeJpeg.ts";
import { decodePng } from "./png/decodePng.ts";
import type { RgbImage } from "./rgbImage.ts";

/**
 * Decodes a JPEG or PNG file into upright 8-bit RGB. The bytes decide the format, not the name. `where` starts
 * every error message; usually it is the file's name. The pixels are the same in Node and in browsers.
 *
 * @throws ImageError for other formats (named in the error), for damaged or truncated files (an image is never
 *   returned in part), and for sizes beyond `imageLimits.ts`.
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
