/** Values in descending order, each with its position in the array they were taken from. */
export interface Ranked {
  readonly scores: Float32Array;
  readonly indices: Int32Array;
}

/**
 * The `k` largest values (all where there are fewer); of equal ones the lower index first, NaN after every
 * number. One pass and an insertion for each value that enters the list: k is small against the map.
 */
export function topK(values: Float32Array, k: number): Ranked {
  const size = Math.min(k, values.length);
  const scores = new Float32Array(size);
  const indices = new Int32Array(size);
  let filled = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (filled === size && (size === 0 || !ranksBefore(value, scores[size - 1]))) continue;
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
