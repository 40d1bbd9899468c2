/** A layer at a glance. */
import { UsageError } from "../errors.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { Tensor } from "../tensor.ts";
import { colorMap, entryOf, NAN_COLOR } from "./colorMap.ts";

/**
 * The mean of |activation| over a map's channels as a small image of at most `side` pixels along each side, brightest where
 * the layer answers most. Each pixel is the mean of the cells that it covers.
 *
 * @throws UsageError for a tensor that is no map.
 */
export function thumbnail({ shape, data }: Tensor, side = 32): RgbImage {
  const [, mapHeight, mapWidth, channels] = shape;
  if (shape.length !== 4 || data.length !== mapHeight * mapWidth * channels || data.length === 0) {
    const got = `${data.length} numbers of shape [${shape.join(", ")}]`;
    throw new UsageError({ where: "thumbnail", expected: "a map [1, height, width, channels]", got });
  }
  const shrink = Math.max(1, mapHeight / side, mapWidth / side);
  const width = Math.max(1, Math.floor(mapWidth / shrink));
  const height = Math.max(1, Math.floor(mapHeight / shrink));
  const means = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.floor((y * mapHeight) / height), Math.floor(((y + 1) * mapHeight) / height)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.floor((x * mapWidth) / width), Math.floor(((x + 1) * mapWidth) / width)];
      let sum = 0;
      for (let row = top; row < bottom; row++) {
        const from = (row * mapWidth + left) * channels;
        const end = (row * mapWidth + right) * channels;
        for (let at = from; at < end; at++) sum += Math.abs(data[at]);
      }
      means[y * width + x] = sum / ((bottom - top) * (right - left) * channels);
    }
  }
  const finite = means.filter(Number.isFinite);
  const [min, max] = [Math.min(...finite), Math.max(...finite)];
  const entries = colorMap("sequential");
  const colors = new Uint8Array(means.length * 3);
  means.forEach((mean, at) => {
    const entry = Number.isNaN(mean) ? undefined : entryOf(mean, min, max) * 3;
    colors.set(entry === undefined ? NAN_COLOR : entries.subarray(entry, entry + 3), at * 3);
  });
  return { width, height, data: colors };
}
