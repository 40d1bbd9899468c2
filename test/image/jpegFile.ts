import { concatenate } from "../../src/support/concatenate.ts";

/** Where a marker stands (its 0xff byte), searched from `from` on; -1 where there is none. */
export function findMarker(jpeg: Uint8Array, marker: number, from = 0): number {
  for (let i = from; i + 1 < jpeg.length; i++) if (jpeg[i] === 0xff && jpeg[i + 1] === marker) return i;
  return -1;
}

/** A copy with some bytes changed: offset → value. */
export function patched(bytes: Uint8Array, changes: Record<number, number>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [offset, value] of Object.entries(changes)) copy[Number(offset)] = value;
  return copy;
}

/** A copy with `remove` bytes at `at` replaced by others. */
export function spliced(
  bytes: Uint8Array,
  at: number,
  remove: number,
  insert: ArrayLike<number>,
): Uint8Array {
  return concatenate([bytes.subarray(0, at), Uint8Array.from(insert), bytes.subarray(at + remove)]);
}

export const MARKERS = { DQT: 0xdb, DHT: 0xc4, SOF0: 0xc0, SOF2: 0xc2, SOS: 0xda, EOI: 0xd9 };
