import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";

export const sigmoidWasm: WasmKernelOf<object> = ({ output: [, height, width, channels] }) => ({
  algorithm: "cell by cell",
  constants: [],
  scratchBytes: 0,
  steps: (at) => [
    wasmStep("sigmoid", planeCount(channels), {
      source: at.inputs[0],
      destination: at.output,
      cells: height * width,
    }),
  ],
});
