import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

export const cornerPoolWasm: WasmKernelOf<CornerPoolAttributes> = ({ attributes, output }) => {
  const [, height, width, channels] = output;
  return {
    algorithm: "one scan along each line",
    constants: [],
    scratchBytes: 0,
    steps: (at) => [
      wasmStep("cornerPool", planeCount(channels), {
        source: at.inputs[0],
        destination: at.output,
        height,
        width,
        ...POOL_STEPS[attributes.direction],
      }),
    ],
  };
};
