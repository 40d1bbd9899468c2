import { affineWasm } from "../wasmAffine.ts";
import type { WasmKernelOf } from "../wasmKernel.ts";

export const relu6Wasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu6" });
