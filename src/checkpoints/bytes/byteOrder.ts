export const nativeBigEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0;

/** Swaps the byte order in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
