import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";

export const addWasm: WasmKernelOf<object> = ({ output: [, height, width, channels] }) => ({
  algorithm: "cell by cell",
  constants: [],
  scratchBytes: 0,
  steps: (at) => [
    wasmStep("sum", planeCount(channels), {
      source: at.inputs[0],
      second: at.inputs[1],
      destination: at.output,
      cells: height * width,
    }),
  ],
});
