/** A channel of a layer in both runs, as pictures of a pixel per cell. */
import { activationGrid, type GridRange, layerMaps, type Tensor } from "centernet";
import { bitmapOf } from "../bitmap.ts";
import type { Call } from "../call.ts";
import type { Values } from "./compared.ts";

export interface DrawnMap {
  readonly bitmap: ImageBitmap;
  /** The values of the first and the last color. */
  readonly range: GridRange;
  readonly colors: "sequential" | "diverging";
}

/** A and B share their range of colors. */
export async function drawLayer({ a, b }: Values, channel: number, call: Call) {
  const maps = layerMaps(a, b, channel);
  const [, height, width, channels] = a.shape;
  return {
    channel,
    channels,
    height,
    width,
    a: await draw(maps.both, 0, call),
    b: await draw(maps.both, 1, call),
    difference: await draw(maps.difference, 0, call),
    largest: await draw(maps.largest, 0, call),
  };
}

async function draw(tensor: Tensor, tile: number, call: Call): Promise<DrawnMap> {
  const { image, ranges, colors } = activationGrid(tensor, { from: tile, count: 1, pixelsPerCell: 1 });
  const bitmap = await bitmapOf(image);
  call.transfer(bitmap);
  return { bitmap, range: ranges[0], colors };
}
