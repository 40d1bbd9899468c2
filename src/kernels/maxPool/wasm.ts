import { planeCount, type WasmKernelOf, wasmStep } from "../wasmKernel.ts";
import { windowFields, windowScratchBytes } from "../wasmWindow.ts";
import type { MaxPoolAttributes } from "./op.ts";

export const maxPoolWasm: WasmKernelOf<MaxPoolAttributes> = (call) => ({
  algorithm: "direct, plane by plane",
  constants: [],
  scratchBytes: windowScratchBytes(call),
  steps: (at) => [
    wasmStep("maxPool", planeCount(call.output[3]), {
      source: at.inputs[0],
      destination: at.output,
      ...windowFields(call),
      outside: call.attributes.outside === "zero" ? 0 : Number.NEGATIVE_INFINITY,
    }),
  ],
});
