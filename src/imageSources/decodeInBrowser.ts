/** Image files that this library does not read and a browser may: WebP, AVIF, GIF, BMP and, in some, TIFF or HEIC. */
import type { RgbImage } from "../image/rgbImage.ts";
import { unreadableImage } from "../image/unreadableImage.ts";
import { readBrowserImage } from "./browserImage.ts";

/** Upright, and the numbers of the file as far as a canvas can give them. */
const OPTIONS: ImageBitmapOptions = {
  imageOrientation: "from-image",
  colorSpaceConversion: "none",
  premultiplyAlpha: "none",
};

export function canDecodeInBrowser(): boolean {
  const hasCanvas = typeof OffscreenCanvas === "function" || typeof document === "object";
  return typeof createImageBitmap === "function" && hasCanvas;
}

/**
 * The first image of the file. Transparent pixels become darker, down to black.
 *
 * @throws ImageError that names the kind if this browser does not read it either.
 */
export async function decodeInBrowser(bytes: Uint8Array, where: string): Promise<RgbImage> {
  const file = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const bitmap = await createImageBitmap(file, OPTIONS).catch((cause: unknown) => {
    throw unreadableImage(bytes, where, { cause });
  });
  try {
    return { ...(await readBrowserImage(bitmap, where)), decodedBy: "browser" };
  } finally {
    bitmap.close();
  }
}
