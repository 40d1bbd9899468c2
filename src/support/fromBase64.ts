interface Decoders {
  readonly Uint8Array: { fromBase64?(base64: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
}

/**
 * With what the machine has for it, if anything: a loop takes milliseconds at a program's start.
 *
 * @throws an error for what is no base64, or skips it.
 */
export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array: Standard, Buffer: Nodes } = globalThis as unknown as Decoders;
  if (Standard.fromBase64) return Standard.fromBase64(base64);
  if (Nodes) return new Uint8Array(Nodes.from(base64, "base64"));
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
