import type { RawTensor } from "../../checkpoints/bytes/dtype.ts";
import { toInt32 } from "../../checkpoints/safetensors/safetensors.ts";
import { ModelError } from "../../errors.ts";

/** What a large tensor of a golden case is reduced to: enough to notice any change, 4096 numbers of millions. */
const SAMPLES = 4096;

/**
 * Flat positions at which a tensor of `elements` numbers is sampled: a fixed function of its name, so that the same
 * positions come out in every language. Positions may repeat.
 *
 *     x = (fnv1a32(name) + j * 0x9E3779B9) mod 2^32, mixed by two multiplications; position j = x mod elements
 */
export function samplePositions(name: string, elements: number): Int32Array {
  const seed = fnv1a32(new TextEncoder().encode(name));
  return Int32Array.from({ length: SAMPLES }, (_, j) => mixed(seed + Math.imul(j, 0x9e3779b9)) % elements);
}

/**
 * The flat positions that a file holds of a tensor of `elements` numbers.
 *
 * @throws ModelError if one lies outside.
 */
export function readPositions(index: RawTensor, elements: number, where: string): Int32Array {
  const positions = toInt32(index, where);
  const outside = positions.find((position) => position < 0 || position >= elements);
  if (outside === undefined) return positions;
  throw new ModelError({ where, expected: `positions from 0 to ${elements - 1}`, got: String(outside) });
}

function fnv1a32(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function mixed(start: number): number {
  let x = start >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
