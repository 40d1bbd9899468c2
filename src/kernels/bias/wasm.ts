import { affineWasm } from "../wasmAffine.ts";
import type { WasmKernelOf } from "../wasmKernel.ts";

export const biasWasm: WasmKernelOf<object> = (call) => affineWasm(call, { shift: ({ bias }) => bias });
