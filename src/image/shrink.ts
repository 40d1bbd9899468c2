import type { RgbImage } from "./rgbImage.ts";

/** The image at this factor of its size, at most 1: each pixel is the mean of those that it covers. */
export function shrinkImage({ width, height, data }: RgbImage, factor: number): RgbImage {
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.round(side * Math.min(1, factor))));
  if (columns === width && rows === height) return { width, height, data };
  const shrunk = new Uint8Array(columns * rows * 3);
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = [Math.floor((y * height) / rows), Math.ceil(((y + 1) * height) / rows)];
    for (let x = 0; x < columns; x++) {
      const [left, right] = [Math.floor((x * width) / columns), Math.ceil(((x + 1) * width) / columns)];
      let [red, green, blue] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let at = (row * width + left) * 3, end = (row * width + right) * 3; at < end; at += 3) {
          red += data[at];
          green += data[at + 1];
          blue += data[at + 2];
        }
      }
      const count = (bottom - top) * (right - left);
      shrunk.set([red / count, green / count, blue / count].map(Math.round), (y * columns + x) * 3);
    }
  }
  return { width: columns, height: rows, data: shrunk };
}
