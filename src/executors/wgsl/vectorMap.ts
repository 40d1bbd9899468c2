import { LANES, vectorCount } from "../../kernels/wgsl/kernel.ts";
import type { Shape, Tensor } from "../../tensor.ts";

/** A map with the channels of each cell filled up to whole vectors, by zeros. */
export function toVectors({ shape, data }: Tensor): Float32Array {
  const [, height, width, channels] = shape;
  const stride = vectorCount(channels) * LANES;
  if (stride === channels) return data;
  const vectors = new Float32Array(height * width * stride);
  for (let cell = 0, from = 0, to = 0; cell < height * width; cell++, from += channels, to += stride) {
    for (let channel = 0; channel < channels; channel++) vectors[to + channel] = data[from + channel];
  }
  return vectors;
}

/** The map in memory of its own. */
export function fromVectors(shape: Shape, vectors: Float32Array): Tensor {
  const [, height, width, channels] = shape;
  const stride = vectorCount(channels) * LANES;
  if (stride === channels) return { shape, data: vectors.slice() };
  const data = new Float32Array(height * width * channels);
  for (let cell = 0, from = 0, to = 0; cell < height * width; cell++, from += stride, to += channels) {
    for (let channel = 0; channel < channels; channel++) data[to + channel] = vectors[from + channel];
  }
  return { shape, data };
}
