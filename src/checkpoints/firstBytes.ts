/**
 * Formats by the first bytes of a file, which prove nothing about the rest. Apart from the readers, which are
 * loaded only for a file that needs them.
 */

/** A file of torch.save is a zip archive or starts with a pickle. */
export function looksLikeTorch(start: Uint8Array): boolean {
  return looksLikeZip(start) || start[0] === 0x80;
}

export function looksLikeZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b; // "PK"
}

/** RFC 1952: two bytes suffice. */
export function looksLikeGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}
