import { windowFields } from "../wasm/epilogue.ts";
import { BYTES_PER_CELL, planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import type { MaxPoolAttributes } from "./op.ts";

export const maxPoolWasm: WasmKernelOf<MaxPoolAttributes> = (call) => {
  const { padding, outside } = call.attributes;
  const paddedWidth = call.inputs[0][2] + padding.left + padding.right;
  return {
    algorithm: "direct, plane by plane",
    constants: [],
    scratchBytes: paddedWidth * BYTES_PER_CELL,
    steps: (at) => [
      wasmStep("maxPool", planeCount(call.output[3]), {
        source: at.inputs[0],
        destination: at.output,
        ...windowFields(call),
        paddedWidth,
        outside: outside === "zero" ? 0 : Number.NEGATIVE_INFINITY,
      }),
    ],
  };
};
