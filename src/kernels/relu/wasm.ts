import { affineWasm } from "../wasmAffine.ts";
import type { WasmKernelOf } from "../wasmKernel.ts";

export const reluWasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu" });
