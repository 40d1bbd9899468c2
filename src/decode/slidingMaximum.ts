import { type Tensor, tensor } from "../tensor.ts";

/**
 * The largest value in the `kernel` × `kernel` window around each cell, channel by channel: a max-pool of
 * stride 1 that keeps the map's size. Cells outside of the map do not count; an even window reaches one
 * cell further down and to the right. First along x, then along y, which gives the same.
 */
export function slidingMaximum(map: Tensor, kernel: number): Tensor {
  const [, height, width, channels] = map.shape;
  const alongX = maximumAlong(map, kernel, width, channels);
  return maximumAlong(alongX, kernel, height, width * channels);
}

/** Along the axis of `side` positions, which lie `step` elements apart. */
function maximumAlong({ shape, data }: Tensor, kernel: number, side: number, step: number): Tensor {
  const before = Math.floor((kernel - 1) / 2);
  const after = kernel - 1 - before;
  const largest = data.slice();
  for (let to = 0; to < data.length; to += step) {
    const position = (to / step) % side;
    const first = Math.max(-before, -position);
    const last = Math.min(after, side - 1 - position);
    for (let shift = first; shift <= last; shift++) {
      const from = to + shift * step;
      for (let i = 0; i < step; i++) {
        if (data[from + i] > largest[to + i]) largest[to + i] = data[from + i];
      }
    }
  }
  return tensor(shape, largest);
}
