import { affineWasm } from "../wasm/epilogue.ts";
import type { WasmKernelOf } from "../wasm/kernel.ts";
import type { BatchNormAttributes } from "./op.ts";

export const batchNormWasm: WasmKernelOf<BatchNormAttributes> = (call) =>
  affineWasm(call, {
    mean: (p) => p.mean,
    scale: (p) => p.gamma.map((gamma, c) => gamma / Math.sqrt(p.variance[c] + call.attributes.epsilon)),
    shift: (p) => p.beta,
  });
