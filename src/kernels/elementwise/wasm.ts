import { affineWasm } from "../wasm/epilogue.ts";
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

export const biasWasm: WasmKernelOf<object> = (call) => affineWasm(call, { shift: ({ bias }) => bias });

export const reluWasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu" });

export const relu6Wasm: WasmKernelOf<object> = (call) => affineWasm(call, { activation: "relu6" });

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
