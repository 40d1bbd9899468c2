import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";

export const upsampleNearestWasm: WasmKernelOf<object> = ({ inputs: [[, height, width, channels]] }) => ({
  algorithm: "direct, plane by plane",
  constants: [],
  scratchBytes: 0,
  steps: (at) => [
    wasmStep("upsampleNearest", planeCount(channels), {
      source: at.inputs[0],
      destination: at.output,
      height,
      width,
    }),
  ],
});

export const upsampleBilinearWasm: WasmKernelOf<object> = ({ inputs: [[, height, width, channels]] }) => ({
  algorithm: "direct, plane by plane",
  constants: [],
  scratchBytes: 0,
  steps: (at) => [
    wasmStep("upsampleBilinear", planeCount(channels), {
      source: at.inputs[0],
      destination: at.output,
      height,
      width,
    }),
  ],
});
