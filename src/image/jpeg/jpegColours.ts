import type { JpegFile } from "./readJpegFile.ts";

/** What the components of a JPEG stand for. CMYK and YCCK are stored inverted, as Adobe does. */
export type JpegColours = "grey" | "YCbCr" | "RGB" | "CMYK" | "YCCK";

const RGB_IDS = "82, 71, 66"; // "R", "G", "B"

/** libjpeg's rules (libjpeg.txt, "Special color spaces"), so that every reader agrees on the colours. */
export function jpegColours({ frame, hasJfif, adobeTransform }: JpegFile): JpegColours {
  if (frame.components.length === 1) return "grey";
  if (frame.components.length === 4) {
    return adobeTransform === null || adobeTransform === 0 ? "CMYK" : "YCCK";
  }
  if (hasJfif) return "YCbCr";
  if (adobeTransform !== null) return adobeTransform === 0 ? "RGB" : "YCbCr";
  const ids = frame.components.map((component) => component.id).join(", ");
  return ids === RGB_IDS ? "RGB" : "YCbCr";
}
