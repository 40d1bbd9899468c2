/**
 * Position among `values[start]`, `values[start + step]`, … of the first largest, counted in steps; NaN is
 * never the largest. So `argMax(map.data, k, channels)` is the flat cell y · width + x of channel k.
 */
export function argMax(values: Float32Array, start = 0, step = 1): number {
  let largest = Number.NEGATIVE_INFINITY;
  let position = 0;
  for (let i = start; i < values.length; i += step) {
    if (values[i] > largest) {
      largest = values[i];
      position = (i - start) / step;
    }
  }
  return position;
}
