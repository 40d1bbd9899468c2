/** Stable sorts of row numbers: every tie that decides an evaluation is broken by the order before. */

/** Sorts rows by a key below `count`, stably; rows with a negative key are dropped. */
export function sortByKey(rows: Int32Array, keyOf: (row: number) => number, count: number): Int32Array {
  const starts = new Int32Array(count + 1);
  let kept = 0;
  for (const row of rows) {
    const key = keyOf(row);
    if (key < 0) continue;
    starts[key + 1]++;
    kept++;
  }
  for (let key = 0; key < count; key++) starts[key + 1] += starts[key];
  const sorted = new Int32Array(kept);
  for (const row of rows) {
    const key = keyOf(row);
    if (key >= 0) sorted[starts[key]++] = row;
  }
  return sorted;
}

const DIGIT = 16;
const BUCKETS = 2 ** DIGIT;
const FEW = 512;

/** Sorts rows by their scores, highest first, stably. */
export function sortByScore(rows: Int32Array, scores: Float64Array): Int32Array {
  if (rows.length < FEW) return Int32Array.from(rows).sort((a, b) => scores[b] - scores[a]);
  const bits = new BigUint64Array(1);
  const words = new Uint32Array(bits.buffer);
  const value = new Float64Array(bits.buffer);
  // Each score as 64 bits that sort, as integers, from the highest score to the lowest.
  const low = new Uint32Array(rows.length);
  const high = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    // +0 and -0 tie.
    value[0] = scores[rows[i]] + 0;
    const isNegative = words[1] >>> 31 === 1;
    low[i] = isNegative ? words[0] : ~words[0];
    high[i] = isNegative ? words[1] : ~words[1] & 0x7fffffff;
  }
  let order = Int32Array.from({ length: rows.length }, (_, i) => i);
  let next = new Int32Array(rows.length);
  for (const [half, shift] of [
    [low, 0],
    [low, DIGIT],
    [high, 0],
    [high, DIGIT],
  ] as const) {
    const starts = new Int32Array(BUCKETS + 1);
    for (const word of half) starts[((word >>> shift) & (BUCKETS - 1)) + 1]++;
    if (starts.includes(rows.length)) continue;
    for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] += starts[bucket];
    for (const i of order) next[starts[(half[i] >>> shift) & (BUCKETS - 1)]++] = i;
    [order, next] = [next, order];
  }
  for (let i = 0; i < rows.length; i++) next[i] = rows[order[i]];
  return next;
}

/** 0, 1, ... count - 1. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
