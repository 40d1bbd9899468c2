const SLICES = 8;

/**
 * Returns a function that computes the 32-bit CRC with this polynomial (bits reversed; initial value and
 * final xor are 0xFFFFFFFF). Eight table look-ups at a time ("slicing-by-8", Kounavis & Berry 2005) are
 * several times faster than one per byte, which matters for a checkpoint of 840 MB.
 *
 * Pass the checksum of the preceding bytes as `previous` to continue it.
 */
function slicedCrc(polynomial: number): (bytes: Uint8Array, previous?: number) => number {
  const t = tables(polynomial);
  return (bytes, previous = 0) => {
    let crc = ~previous;
    let i = 0;
    for (const end = bytes.length - (bytes.length % SLICES); i < end; i += SLICES) {
      const low = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
      crc =
        t[1792 + (low & 0xff)] ^
        t[1536 + ((low >>> 8) & 0xff)] ^
        t[1280 + ((low >>> 16) & 0xff)] ^
        t[1024 + (low >>> 24)] ^
        t[768 + bytes[i + 4]] ^
        t[512 + bytes[i + 5]] ^
        t[256 + bytes[i + 6]] ^
        t[bytes[i + 7]];
    }
    for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]) & 0xff];
    return ~crc >>> 0;
  };
}

/** Entry 256 · k + b is the contribution of byte b to the remainder if k more bytes follow. */
function tables(polynomial: number): Int32Array {
  const result = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    result[byte] = crc;
  }
  for (let i = 256; i < result.length; i++) {
    result[i] = (result[i - 256] >>> 8) ^ result[result[i - 256] & 0xff];
  }
  return result;
}

/** CRC-32 of zip and PNG (ISO 3309), as an unsigned number. */
export const crc32 = slicedCrc(0xedb88320);

/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4), as an unsigned number. Pass the checksum of the preceding
 * bytes as `previous` to continue it.
 */
export const crc32c: (bytes: Uint8Array, previous?: number) => number = slicedCrc(0x82f63b78);

/** Masks a checksum as LevelDB and TensorFlow do, because a CRC over bytes that contain a CRC is weak. */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function unmaskCrc(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
