/** Values in descending order, each with its position in the array they were taken from. */
export interface Ranked {
  readonly scores: Float32Array;
  readonly indices: Int32Array;
}

/**
 * The `k` largest among `values[start]`, `values[start + step]`, … (all where there are fewer), their
 * positions counted in steps; of equal ones the lower first, NaN after every number. One pass and an
 * insertion for each value that enters the list: k is small against the map.
 *
 * A value that `counts` refuses (by its index in `values`) ranks as 0; it is asked only of those that could
 * enter the list, so no value may be negative.
 */
export function topK(
  values: Float32Array,
  k: number,
  start = 0,
  step = 1,
  counts: (index: number) => boolean = () => true,
): Ranked {
  const count = Math.ceil(Math.max(values.length - start, 0) / step);
  const size = Math.min(k, count);
  const scores = new Float32Array(size);
  const indices = new Int32Array(size);
  let filled = 0;
  const enters = (value: number) => filled < size || (size > 0 && ranksBefore(value, scores[size - 1]));
  for (let i = 0; i < count; i++) {
    const index = start + i * step;
    if (!enters(values[index])) continue;
    const value = counts(index) ? values[index] : 0;
    if (!enters(value)) continue;
    let rank = Math.min(filled, size - 1);
    for (; rank > 0 && ranksBefore(value, scores[rank - 1]); rank--) {
      scores[rank] = scores[rank - 1];
      indices[rank] = indices[rank - 1];
    }
    scores[rank] = value;
    indices[rank] = i;
    filled = Math.min(filled + 1, size);
  }
  return { scores, indices };
}

function ranksBefore(value: number, other: number): boolean {
  return value > other || (Number.isNaN(other) && !Number.isNaN(value));
}
