import type { WasmFunctions } from "./wasmModule.ts";

/** A plan's memory, and the module that works in it. */
export interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly functions: WasmFunctions;
}
