import { slicedCrc } from "../support/crc.ts";

/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4), as an unsigned number. `previous` is the checksum of the bytes
 * before, so that pieces can follow each other.
 */
export const crc32c: (bytes: Uint8Array, previous?: number) => number = slicedCrc(0x82f63b78);

/** As LevelDB and TensorFlow store it, since a checksum of bytes that hold their own checksum says little. */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function unmaskCrc(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
