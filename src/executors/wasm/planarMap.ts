import { LANES } from "../../kernels/wasm/kernel.ts";
import type { Shape, Tensor } from "../../tensor.ts";

// Whole planes are copied cell by cell: one pass over the map per channel would miss the cache at every number. The
// channels of a last plane that is not full are copied one by one.

/** Whether a graph's input is an image, which the module widens to cells of four numbers: that is faster than here. */
export function isImage([, , , channels]: Shape): boolean {
  return channels === LANES - 1;
}

/** Writes a map as planes of four channels; the channels that fill up the last plane become 0. */
export function writePlanar({ shape, data }: Tensor, target: Float32Array): void {
  const [, height, width, channels] = shape;
  const plane = height * width * LANES;
  const whole = Math.floor(channels / LANES) * plane;
  for (let cell = 0, from = 0; cell < plane && whole > 0; cell += LANES, from += channels % LANES) {
    for (let to = cell; to < whole; to += plane, from += LANES) {
      target[to] = data[from];
      target[to + 1] = data[from + 1];
      target[to + 2] = data[from + 2];
      target[to + 3] = data[from + 3];
    }
  }
  target.fill(0, whole);
  for (let lane = 0; lane < channels % LANES; lane++) {
    let to = whole + lane;
    for (let from = channels - (channels % LANES) + lane; from < data.length; from += channels, to += LANES) {
      target[to] = data[from];
    }
  }
}

/** Reads a map that is stored as planes of four channels. */
export function readPlanar(shape: Shape, source: Float32Array): Tensor {
  const [, height, width, channels] = shape;
  const plane = height * width * LANES;
  const whole = Math.floor(channels / LANES) * plane;
  const data = new Float32Array(height * width * channels);
  for (let cell = 0, to = 0; cell < plane && whole > 0; cell += LANES, to += channels % LANES) {
    for (let from = cell; from < whole; from += plane, to += LANES) {
      data[to] = source[from];
      data[to + 1] = source[from + 1];
      data[to + 2] = source[from + 2];
      data[to + 3] = source[from + 3];
    }
  }
  for (let lane = 0; lane < channels % LANES; lane++) {
    let from = whole + lane;
    for (let to = channels - (channels % LANES) + lane; to < data.length; to += channels, from += LANES) {
      data[to] = source[from];
    }
  }
  return { shape, data };
}
