import type { WasmKernelOf } from "../wasm/kernel.ts";
import { affineWasm } from "../wasmAffine.ts";

export const reluWasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu" });
