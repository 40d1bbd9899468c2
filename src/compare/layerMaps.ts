/** What a layer of two runs looks like side by side. */
import { UsageError } from "../errors.ts";
import { formatShape, type Shape, sameShape, type Tensor } from "../tensor.ts";
import type { NumberTensor } from "./compareTensors.ts";

export interface LayerMaps {
  /** The channel in A and in B, as two channels, so that both can be drawn in one range. */
  readonly both: Tensor;
  /** A - B of the channel. */
  readonly difference: Tensor;
  /** The largest |A - B| over all channels of each cell. */
  readonly largest: Tensor;
}

/**
 * Equal numbers differ by 0, also infinities and NaN.
 *
 * @throws UsageError for tensors that are not maps of one shape, and for a channel that they do not have.
 */
export function layerMaps(a: NumberTensor, b: NumberTensor, channel: number): LayerMaps {
  const [batch, height, width, channels] = a.shape;
  if (a.shape.length !== 4 || batch !== 1 || !sameShape(a.shape, b.shape)) {
    const got = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    throw new UsageError({ where: "layerMaps", expected: "two maps [1, height, width, channels]", got });
  }
  if (!(Number.isInteger(channel) && channel >= 0 && channel < channels)) {
    const expected = `a channel from 0 to ${channels - 1}`;
    throw new UsageError({ where: "layerMaps", expected, got: String(channel) });
  }
  const map = (depth: number): Tensor => {
    const shape: Shape = [1, height, width, depth];
    return { shape, data: new Float32Array(height * width * depth) };
  };
  const maps = { both: map(2), difference: map(1), largest: map(1) };
  for (let cell = 0; cell < height * width; cell++) {
    const at = cell * channels + channel;
    maps.both.data[2 * cell] = a.data[at];
    maps.both.data[2 * cell + 1] = b.data[at];
    maps.difference.data[cell] = subtract(a.data[at], b.data[at]);
    let largest = 0;
    for (let i = cell * channels; i < (cell + 1) * channels; i++) {
      largest = Math.max(largest, Math.abs(subtract(a.data[i], b.data[i])));
    }
    maps.largest.data[cell] = largest;
  }
  return maps;
}

function subtract(a: number, b: number): number {
  return Object.is(a, b) ? 0 : a - b;
}
