import type { WasmKernelOf } from "../wasm/kernel.ts";
import { affineWasm } from "../wasmAffine.ts";

export const biasWasm: WasmKernelOf<object> = (call) => affineWasm(call, { shift: ({ bias }) => bias });
