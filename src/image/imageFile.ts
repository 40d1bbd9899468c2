import { fileKind } from "../support/fileKind/fileKind.ts";
import { decodeJpeg } from "./jpeg/decodeJpeg.ts";
import { decodePng } from "./png/decodePng.ts";
import type { RgbImage } from "./rgbImage.ts";
import { unreadableImage } from "./unreadableImage.ts";

/**
 * Decodes a JPEG or PNG file into upright 8-bit RGB. The bytes decide the format, not the name. `where` starts
 * every error message; usually it is the file's name. The pixels are the same in Node and in browsers.
 *
 * @throws ImageError for other formats (named in the error), for damaged or truncated files (an image is never
 *   returned in part), and for sizes beyond `imageLimits.ts`.
 */
export function decodeImage(bytes: Uint8Array, where = "image"): RgbImage {
  const { reader } = fileKind(bytes);
  if (reader === "jpeg") return decodeJpeg(bytes, where);
  if (reader === "png") return decodePng(bytes, where);
  throw unreadableImage(bytes, where);
}

export { encodeJpeg } from "./jpeg/encodeJpeg.ts";
export { encodePng } from "./png/encodePng.ts";
