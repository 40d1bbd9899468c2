import type { WasmKernelOf } from "../wasm/kernel.ts";
import { affineWasm } from "../wasmAffine.ts";

export const relu6Wasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu6" });
