import { fromBase64 } from "../../support/fromBase64.ts";
import { nativeBigEndian } from "./byteOrder.ts";
import { BYTES } from "./generated/halves.ts";

/** As many as the module has room for (assembly/halves.ts). */
const CHUNK = 65_536;
const HALVES = 0x1_0000;
const NUMBERS = 0x3_0000;

interface Widening {
  readonly halves: Uint8Array;
  readonly numbers: Float32Array;
  widen(count: number): void;
}

let known: Widening | null | undefined;

/**
 * Widens halves, as bytes, four at a time: at a program's start that takes a fifth of what JavaScript takes which V8 has not
 * optimized yet. `values` may lie over the halves if each number ends before the halves that are still to be read.
 *
 * @returns false where WebAssembly with SIMD is missing or forbidden; then nothing has been written.
 */
export function widenInModule(halves: Uint8Array, values: Float32Array): boolean {
  if (known === undefined) known = open();
  if (!known) return false;
  for (let at = 0; at < values.length; at += CHUNK) {
    const count = Math.min(CHUNK, values.length - at);
    known.halves.set(halves.subarray(at * 2, (at + count) * 2));
    known.widen(count);
    values.set(known.numbers.subarray(0, count), at);
  }
  return true;
}

/** Small enough to be compiled at once, also on a page's main thread. */
function open(): Widening | null {
  if (nativeBigEndian) return null;
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(BYTES)));
    const { memory, widen } = exports as { memory: WebAssembly.Memory; widen: Widening["widen"] };
    const halves = new Uint8Array(memory.buffer, HALVES, CHUNK * 2);
    const numbers = new Float32Array(memory.buffer, NUMBERS, CHUNK);
    return { halves, numbers, widen };
  } catch {
    return null;
  }
}
