/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** Whether bytes from `offset` on of a file leave it possible that it is a gzip. */
export function canBeGzip(bytes: Uint8Array, offset: number): boolean {
  return GZIP_MAGIC.every((byte, i) => bytes[i - offset] === undefined || bytes[i - offset] === byte);
}
