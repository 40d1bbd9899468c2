import { UsageError } from "../errors.ts";
import { formatShape, type Tensor, tensor } from "../tensor.ts";

/**
 * Reads channels of a map at each of the `cells` (flat): all channels, or `count` of them from `first(row)`
 * on.
 *
 * @returns [cells, count], row-major.
 */
export function gatherChannels(
  { shape, data }: Tensor,
  cells: Int32Array,
  count = shape[3],
  first: (row: number) => number = () => 0,
): Float32Array {
  const rows = new Float32Array(cells.length * count);
  cells.forEach((cell, row) => {
    const at = cell * shape[3] + first(row);
    rows.set(data.subarray(at, at + count), row * count);
  });
  return rows;
}

/** The map with zeros outside its first `height` rows and `width` columns (`within`, in cells). */
export function zeroOutside(
  map: Tensor,
  within: { readonly height: number; readonly width: number },
): Tensor {
  const [, height, width, channels] = map.shape;
  if (within.height >= height && within.width >= width) return map;
  const data = map.data.map((value, i) => {
    const cell = Math.floor(i / channels);
    const isInside = Math.floor(cell / width) < within.height && cell % width < within.width;
    return isInside ? value : 0;
  });
  return tensor(map.shape, data);
}

/**
 * Checks that all maps have the same height and width, and each as many channels as `channels` states for it.
 *
 * @throws UsageError naming the first map that does not fit.
 */
export function checkMaps<Name extends string>(
  maps: Readonly<Record<Name, Tensor>>,
  channels: Readonly<Record<Name, number>>,
): void {
  const names = Object.keys(channels) as Name[];
  const [, height, width] = maps[names[0]].shape;
  for (const name of names) {
    const { shape, data } = maps[name];
    const expected = [1, height, width, channels[name]];
    const fits = shape.every((side, axis) => side === expected[axis]);
    if (fits && data.length === height * width * channels[name]) continue;
    throw new UsageError({
      where: `map ${name}`,
      expected: `shape ${formatShape(expected)}`,
      got: `${formatShape(shape)} with ${data.length} elements`,
    });
  }
}
