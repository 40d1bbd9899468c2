/** How the module declares its memory: an import named env.memory, of kind memory (2), with a maximum (flag 1). */
const MEMORY_IMPORT = [3, ...codes("env"), 6, ...codes("memory"), 2, 1];
const SHARED_FLAG = 2;

/** The same module with the flag for shared memory set: the module and its memory must agree on it. */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = new Uint8Array(bytes);
  const at = shared.findIndex((_, start) => MEMORY_IMPORT.every((byte, i) => shared[start + i] === byte));
  shared[at + MEMORY_IMPORT.length - 1] |= SHARED_FLAG;
  return shared;
}

function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
