import { LANES } from "../../kernels/wasmKernel.ts";
import type { Shape, Tensor } from "../../tensor.ts";

/** Writes a map as planes of four channels; the channels that fill up the last plane become 0. */
export function writePlanar({ shape, data }: Tensor, target: Float32Array): void {
  const [, height, width, channels] = shape;
  const cells = height * width;
  target.fill(0, Math.floor(channels / LANES) * cells * LANES);
  for (let channel = 0; channel < channels; channel++) {
    let to = Math.floor(channel / LANES) * cells * LANES + (channel % LANES);
    for (let from = channel; from < data.length; from += channels, to += LANES) target[to] = data[from];
  }
}

/** The map that lies in planes of four channels. */
export function readPlanar(shape: Shape, source: Float32Array): Tensor {
  const [, height, width, channels] = shape;
  const cells = height * width;
  const data = new Float32Array(cells * channels);
  for (let channel = 0; channel < channels; channel++) {
    let from = Math.floor(channel / LANES) * cells * LANES + (channel % LANES);
    for (let to = channel; to < data.length; to += channels, from += LANES) data[to] = source[from];
  }
  return { shape, data };
}
