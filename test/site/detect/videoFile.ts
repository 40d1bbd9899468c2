/** An image as a video that Chromium's fake camera shows over and over. */
import { writeFile } from "node:fs/promises";
import type { RgbImage } from "../../../src/index.ts";

/** Writes a YUV4MPEG2 file of one frame, cut to even sides. */
export async function writeVideo(path: string, image: RgbImage): Promise<void> {
  const [width, height] = [image.width & ~1, image.height & ~1];
  const luma = new Uint8Array(width * height);
  const chroma = [new Uint8Array(luma.length / 4), new Uint8Array(luma.length / 4)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * image.width + x);
      const [r, g, b] = image.data.subarray(at, at + 3);
      // BT.601, limited range.
      luma[y * width + x] = 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255;
      if (y % 2 === 1 || x % 2 === 1) continue;
      const cell = (y / 2) * (width / 2) + x / 2;
      chroma[0][cell] = 128 + (-37.797 * r - 74.203 * g + 112 * b) / 255;
      chroma[1][cell] = 128 + (112 * r - 93.786 * g - 18.214 * b) / 255;
    }
  }
  const heading = `YUV4MPEG2 W${width} H${height} F25:1 Ip A1:1 C420jpeg\n`;
  await writeFile(path, [Buffer.from(`${heading}FRAME\n`), luma, ...chroma]);
}
