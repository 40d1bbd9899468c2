/**
 * Weights that are a function of their name and position, the same in every language, with which the golden
 * cases were made: values that are uniform in [-scale, scale).
 */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** 32 pseudo-random bits for element `index` of what has this hash. */
export function formulaBits(hash: number, index: number): number {
  let x = (hash + Math.imul(index, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** In [-1, 1), exact in float32. */
export function formulaUnit(bits: number): number {
  return (bits >>> 8) * 2 ** -23 - 1;
}

export function formulaValues(key: string, count: number, scale: number): Float32Array {
  const hash = fnv1a32(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = formulaUnit(formulaBits(hash, i)) * scale;
  return values;
}
