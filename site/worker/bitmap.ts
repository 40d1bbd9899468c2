/** The library's images as bitmaps, one pixel for each of their own. */
import { type RgbImage, releaseMemory } from "centernet";

/** The longest side that is shown: larger canvases draw nothing in some browsers. */
const MAX_SHOWN = 4096;

export async function bitmapOf({ width, height, data }: RgbImage, maxSide = MAX_SHOWN): Promise<ImageBitmap> {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
  }
  const pixels = new ImageData(rgba, width, height);
  const shrink = maxSide / Math.max(width, height);
  const bitmap = await createImageBitmap(
    pixels,
    shrink >= 1
      ? {}
      : {
          resizeWidth: Math.max(1, Math.round(width * shrink)),
          resizeHeight: Math.max(1, Math.round(height * shrink)),
          resizeQuality: "high",
        },
  );
  releaseMemory(rgba);
  return bitmap;
}
