/** Whether a file begins as torch.save's do, a zip archive or a pickle; says nothing about the rest. */
export function looksLikeTorch(start: Uint8Array): boolean {
  return looksLikeZip(start) || start[0] === 0x80;
}

export function looksLikeZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b; // "PK"
}
